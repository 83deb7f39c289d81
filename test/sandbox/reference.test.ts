import { createHmac } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, newReference, NOON, type Running, run, type TestAnswer, type TestMember, until } from './running.js';

const SCHEMES = fileURLToPath(new URL('../../adapters/reference/schemes', import.meta.url));

let now = NOON;
let sandbox: Running;
beforeAll(async () => {
  sandbox = await start();
});
afterAll(() => sandbox.stop());

function start(dataDir?: string): Promise<Running> {
  return run({ schemeDirectories: [SCHEMES], clock: () => now, dataDir });
}

/** What a partner of a programme can ask. */
function partner(scheme: string, of = sandbox) {
  const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    call(`${of.url}/${scheme}/v1${path}`, {
      method,
      headers: { authorization: `Bearer sandbox-${scheme}-token`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const keyed = (
    path: string,
    body: { readonly reference: string; readonly [field: string]: unknown },
  ): Promise<TestAnswer> => send('POST', path, body, { 'idempotency-key': body.reference });
  const accrual = ({ memberNumber }: TestMember, points = 100, reference = newReference()) => ({
    ...{ reference, memberNumber, points },
    activity: { key: 'FLIGHT|1|1', date: '2026-03-09' },
  });
  const spending = ({ memberNumber }: TestMember, points = 100, reference = newReference()) => ({
    ...{ reference, memberNumber, points },
    reward: { type: 'gift', item: '1xMUG' },
  });
  const find = (reference: string): Promise<TestAnswer> => send('GET', `/operations/${reference}`);
  const available = async ({ memberNumber }: TestMember) => (await send('GET', `/members/${memberNumber}`)).json;
  return { send, keyed, accrual, spending, find, available };
}

async function effects(scheme: string, { memberNumber }: TestMember, of = sandbox): Promise<number[]> {
  const { postings } = await of.books(scheme);
  return postings.filter((row) => row.memberNumber === memberNumber).map(({ points }) => points);
}

describe('a repetition', () => {
  it('of a key gets the first answer, another body none, and after the window it is a new one', async () => {
    const { keyed, accrual } = partner('ref-key-2');
    const member = await sandbox.member('ref-key-2');
    const asked = accrual(member);
    const first = await keyed('/accruals', asked);
    expect(first).toMatchObject({ status: 201, json: { status: 'posted', points: 100 } });
    expect((await keyed('/accruals', asked)).json).toEqual(first.json);
    const other = await keyed('/accruals', { ...asked, points: 101 });
    expect(other).toMatchObject({ status: 409, json: { code: 'KEY_REUSED' } });
    expect(await effects('ref-key-2', member)).toEqual([100]);
    now += 7 * 86_400_000;
    expect((await keyed('/accruals', asked)).json['supplierReference']).not.toBe(first.json['supplierReference']);
    expect(await effects('ref-key-2', member)).toEqual([100, 100]);
  });

  it('of a key that is none, or not the reference, is refused', async () => {
    const { send, accrual } = partner('ref-key-2');
    const asked = accrual(await sandbox.member('ref-key-2'));
    const keys: Record<string, string>[] = [{}, { 'idempotency-key': 'x' }, { 'idempotency-key': newReference() }];
    for (const headers of keys) {
      const answer = await send('POST', '/accruals', asked, headers);
      expect(answer).toMatchObject({ status: 422, json: { code: 'INVALID' } });
    }
  });

  it.each(['ref-lookup', 'ref-eventual', 'ref-file', 'ref-push'])('is performed again by %s', async (scheme) => {
    const { keyed, accrual } = partner(scheme);
    const member = await sandbox.member(scheme);
    const asked = accrual(member);
    await keyed('/accruals', asked);
    await keyed('/accruals', asked);
    if (scheme === 'ref-push') await sandbox.control('POST', `/${scheme}/close-day`);
    expect(await effects(scheme, member)).toEqual([100, 100]);
  });
});

describe('a look-up', () => {
  it('that lags tells how things were', async () => {
    const { keyed, accrual, find } = partner('ref-eventual');
    const asked = accrual(await sandbox.member('ref-eventual'));
    await keyed('/accruals', asked);
    now += 2_999;
    expect(await find(asked.reference)).toMatchObject({ status: 404, json: { code: 'OPERATION_NOT_FOUND' } });
    now += 1;
    expect(await find(asked.reference)).toMatchObject({ status: 200, json: { status: 'posted', points: 100 } });
  });

  it('sees at once where that is promised, and is not there where none is', async () => {
    const { keyed, accrual, find } = partner('ref-lookup');
    const asked = accrual(await sandbox.member('ref-lookup'));
    await keyed('/accruals', asked);
    expect(await find(asked.reference)).toMatchObject({ status: 200, json: { status: 'posted' } });
    for (const scheme of ['ref-key-2', 'ref-file', 'ref-push']) {
      const answer = await partner(scheme).find(asked.reference);
      expect({ status: answer.status, json: answer.json }).toEqual({ status: 404, json: {} });
    }
  });
});

describe('a refusal', () => {
  it.each([
    [4001, 'NOT_ELIGIBLE'],
    [4002, 'QUOTA_FULL'],
    [4003, 'ASK_SOMEBODY'],
  ])('of %i points is %s, and nothing is kept of it', async (points, code) => {
    const { keyed, accrual, find } = partner('ref-key');
    const member = await sandbox.member('ref-key');
    const asked = accrual(member, points);
    expect(await keyed('/accruals', asked)).toMatchObject({ status: 422, json: { code } });
    expect((await find(asked.reference)).json).toEqual({ code: 'OPERATION_NOT_FOUND' });
    expect(await effects('ref-key', member)).toEqual([]);
  });

  it('comes for a wrong token, a stranger, a body that is none and a reversal of too much', async () => {
    const { send, keyed, accrual } = partner('ref-lookup');
    const member = await sandbox.member('ref-lookup');
    const asked = accrual(member);
    const wrong = await send('POST', '/accruals', asked, { authorization: 'Bearer other' });
    expect(wrong).toMatchObject({ status: 401, json: { code: 'UNAUTHORISED' } });
    const stranger = await keyed('/accruals', { ...asked, memberNumber: 'RB00000000' });
    expect(stranger).toMatchObject({ status: 404, json: { code: 'MEMBER_NOT_FOUND' } });
    expect((await keyed('/accruals', { reference: 'x' })).json['code']).toBe('INVALID');
    await keyed('/accruals', asked);
    const back = (points: number) =>
      keyed('/reversals', { ...asked, reference: newReference(), points, ...{ accrual: asked.reference } });
    expect(await back(60)).toMatchObject({ status: 201, json: { kind: 'reversal', points: 60 } });
    expect(await back(41)).toMatchObject({ status: 404, json: { code: 'ACCRUAL_NOT_FOUND' } });
    expect(await effects('ref-lookup', member)).toEqual([100, -60]);
  });
});

describe('a hold', () => {
  it('keeps points from being spent, and ends once: spent, released or by its time', async () => {
    const { keyed, spending, send, available, find } = partner('ref-lookup');
    const member = await sandbox.member('ref-lookup');
    const [first, second, third] = [spending(member, 300), spending(member, 200), spending(member, 100)] as const;
    for (const asked of [first, second, third]) expect((await keyed('/holds', asked)).status).toBe(201);
    expect(await available(member)).toMatchObject({ available: member.balance - 600, held: 600 });
    const more = await keyed('/holds', spending(member, member.balance - 599));
    expect(more).toMatchObject({ status: 422, json: { code: 'INSUFFICIENT_POINTS' } });
    const end = (reference: string, how: string) => send('POST', `/holds/${reference}/${how}`);
    expect((await end(first.reference, 'confirm')).json).toMatchObject({ status: 'posted' });
    expect((await end(first.reference, 'confirm')).status).toBe(200);
    expect((await end(second.reference, 'release')).json).toMatchObject({ status: 'released' });
    now += 30 * 60_000;
    expect((await find(third.reference)).json).toMatchObject({ status: 'expired' });
    for (const [{ reference }, how] of [
      [first, 'release'],
      [second, 'confirm'],
      [third, 'confirm'],
      [spending(member), 'confirm'],
    ] as const) {
      expect(await end(reference, how)).toMatchObject({ status: 409, json: { code: 'HOLD_ENDED' } });
    }
    expect(await effects('ref-lookup', member)).toEqual([-300]);
    expect(await available(member)).toMatchObject({ available: member.balance - 300, held: 0 });
  });

  it('is not there for programmes without, nor are redemptions for one with none', async () => {
    const { keyed, spending } = partner('ref-file');
    const member = await sandbox.member('ref-file');
    expect((await keyed('/holds', spending(member))).status).toBe(404);
    expect((await keyed('/redemptions', spending(member))).json).toMatchObject({ status: 'posted' });
    const none = partner('ref-push');
    expect((await none.keyed('/redemptions', none.spending(member))).status).toBe(404);
  });
});

describe('what is decided later', () => {
  it('is decided by its time, or by the end of the day, and told with a signature', async () => {
    const door = await listen();
    sandbox.setPushUrls({ 'ref-push': door.url });
    const { keyed, accrual } = partner('ref-push');
    const member = await sandbox.member('ref-push');
    const [good, bad] = [accrual(member), accrual(member, 4002)] as const;
    expect(await keyed('/accruals', good)).toMatchObject({ status: 202, json: { status: 'pending' } });
    await keyed('/accruals', bad);
    expect(await effects('ref-push', member)).toEqual([]);
    await until(() => [good, bad].every(({ reference }) => door.of(reference) !== undefined));
    expect(door.of(good.reference)).toMatchObject({ type: 'operation.posted', points: 100 });
    expect(door.of(bad.reference)).toMatchObject({ type: 'operation.refused', code: 'QUOTA_FULL' });
    expect(door.genuine()).toBe(true);
    await keyed('/accruals', accrual(member, 7));
    await sandbox.control('POST', '/ref-push/close-day');
    expect(await effects('ref-push', member)).toEqual([100, 7]);
    door.close();
  });

  it('outlives a kill', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const first = await start(dataDir);
    const member = await first.member('ref-push');
    const { keyed, accrual } = partner('ref-push', first);
    await keyed('/accruals', accrual(member, 55));
    // A stop would decide it at once; what is on disk by now is what a kill leaves.
    const left = mkdtempSync(join(tmpdir(), 'sandbox-'));
    cpSync(dataDir, left, { recursive: true });
    await first.stop();
    const second = await start(left);
    expect(await effects('ref-push', member, second)).toEqual([]);
    await until(async () => (await effects('ref-push', member, second)).length > 0);
    expect(await effects('ref-push', member, second)).toEqual([55]);
    await second.stop();
    for (const folder of [dataDir, left]) rmSync(folder, { recursive: true });
  });
});

/** The partner's door: takes everything, and knows whether all of it was signed as the contract says. */
async function listen() {
  const taken: { readonly body: string; readonly headers: IncomingHttpHeaders; readonly path: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      taken.push({ body, headers: request.headers, path: request.url ?? '' });
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const events = () => taken.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/inbound?of=us`,
    of: (reference: string) => events().find((event) => event['reference'] === reference),
    genuine: () =>
      taken.every(({ body, headers, path }) => {
        const text = `${String(headers['x-timestamp'])}\n${path}\n${body}`;
        const expected = createHmac('sha256', 'sandbox-ref-push-push-key').update(text).digest('hex');
        return headers['x-signature'] === expected && headers['x-timestamp'] === String(now);
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
