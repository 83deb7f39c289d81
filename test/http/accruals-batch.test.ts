import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/core/problem.js';
import { LINK_ID, newWorld, NOBODY, operationAnswer } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { accrualBody, otherActivity } from './samples.js';
import { operationView } from './views.js';
import { toTypeId } from '../../src/spec/typeid.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => {
  gateway.world.operations = newWorld().operations;
});
afterAll(() => gateway.stop());

interface Result {
  readonly index: number;
  readonly status: number;
  readonly operation?: { readonly points: number };
  readonly problem?: { readonly code: string; readonly errors?: readonly { readonly pointer: string }[] };
}

const send = async (body: string | Uint8Array, headers: Record<string, string> = {}) => {
  const type = { 'content-type': 'application/x-ndjson' };
  const sent = { body, idempotencyKey: null, headers: { ...type, ...headers } };
  const answer = await gateway.ask('POST', '/v1/accruals/batch', sent);
  const isBatch = answer.headers.get('content-type') === 'application/x-ndjson';
  const lines = isBatch ? answer.text.split('\n').slice(0, -1) : [];
  return { ...answer, results: lines.map((line) => JSON.parse(line) as Result) };
};

const line = (i: number, change: object = {}) =>
  JSON.stringify({
    ...accrualBody,
    idempotencyKey: `b-${i}`,
    activity: { ...otherActivity, reference: `r-${i}` },
    points: i + 1,
    ...change,
  });

describe('a batch', () => {
  it('answers every line in the order given, good and bad', async () => {
    const lines = [
      line(0),
      '{"half":',
      line(2, { points: 0 }),
      line(3, { linkId: toTypeId('lnk', NOBODY) }),
      '',
      line(5, { idempotencyKey: '' }),
      line(6, { idempotencyKey: 'caf\u00e9' }),
      line(7, { clientReference: 'x'.repeat(70_000) }),
      line(8, {
        activity: { type: 'stay', property: 'P', confirmation: 'C', checkIn: '2025-01-02', checkOut: '2025-01-01' },
      }),
      `${line(9)}\r`,
    ];
    const { status, results } = await send(lines.join('\n'));
    expect(status).toBe(200);
    expect(results.map(({ index }) => index)).toEqual(lines.map((_, index) => index));
    expect(results.map(({ status: code, problem }) => problem?.code ?? code)).toEqual([
      202,
      'MALFORMED',
      'INVALID',
      'NOT_FOUND',
      'MALFORMED',
      'INVALID',
      'INVALID',
      'PAYLOAD_TOO_LARGE',
      'INVALID',
      202,
    ]);
    expect(results[2]?.problem?.errors?.[0]?.pointer).toBe('/points');
    expect(results[9]?.operation?.points).toBe(10);
  });

  it('may be sent again whole', async () => {
    const text = Array.from({ length: 20 }, (_, i) => `${line(i)}\n`).join('');
    const first = await send(text);
    expect(first.results.every(({ status }) => status === 202)).toBe(true);
    expect((await send(text)).text).toBe(first.text);
  });

  it('has lines that stand for single requests', async () => {
    await send(line(1));
    const { idempotencyKey, ...body } = JSON.parse(line(1)) as { idempotencyKey: string };
    const single = await gateway.ask('POST', '/v1/accruals', { idempotencyKey, body });
    expect([single.status, single.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
  });

  it('takes lines about the same key or activity one after the other, and others together', async () => {
    const order: string[] = [];
    let together = 0;
    let most = 0;
    gateway.world.operations = {
      ...gateway.world.operations,
      accrue: async (_caller, { points = 0 }) => {
        order.push(`begin ${points}`);
        together += 1;
        most = Math.max(most, together);
        for (let turn = 0; turn < 20 - points; turn += 1) await Promise.resolve();
        together -= 1;
        order.push(`end ${points}`);
        return operationAnswer(202, { ...operationView, points });
      },
    };
    const same = { activity: otherActivity };
    const upper = { activity: { ...otherActivity, reference: ' GIFT-1' } };
    await send([line(0, same), line(1), line(2, upper), line(3, { idempotencyKey: 'b-1' }), line(4)].join('\n'));
    const before = (a: string, b: string) => expect(order.indexOf(a)).toBeLessThan(order.indexOf(b));
    before('end 1', 'begin 3');
    before('end 2', 'begin 4');
    before('begin 5', 'end 1');
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(64);
  });

  it('keeps a fault of ours to its line, and notes it without what was sent', async () => {
    gateway.world.operations = {
      ...gateway.world.operations,
      accrue: async (_caller, { points = 0 }) => {
        if (points === 1) throw new Error(`canary ${LINK_ID}`);
        if (points === 2) throw new Problem('UNAVAILABLE');
        return operationAnswer(200, { ...operationView, points });
      },
    };
    const { results, text } = await send([line(0), line(1), line(2)].join('\n'));
    expect(results.map(({ status }) => status)).toEqual([500, 503, 200]);
    expect(text + JSON.stringify(gateway.world.logged)).not.toContain('canary');
    expect(gateway.world.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('of 1,000 lines is taken, of 1,001 or none refused whole', async () => {
    const text = (count: number) => Array.from({ length: count }, (_, i) => line(i)).join('\n');
    const full = await send(text(1000));
    expect(full.results.map(({ index }) => index)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const asked = gateway.world.asked.length;
    for (const body of [text(1001), '']) {
      const { status, json } = await send(body);
      expect([status, json['code']]).toEqual([422, 'INVALID']);
    }
    expect(gateway.world.asked).toHaveLength(asked);
  });

  it('is JSON lines of at most 4 MiB', async () => {
    expect((await send(line(0), { 'content-type': 'application/json' })).status).toBe(415);
    expect((await send(' '.repeat(4 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await send(' '.repeat(4 * 1024 * 1024))).results[0]?.problem?.code).toBe('PAYLOAD_TOO_LARGE');
  });

  it('has sentences in the language asked for', async () => {
    const { text } = await send(line(0, { points: 0 }), { 'accept-language': 'zh' });
    expect(text).toContain('不得小于 1');
  });
});
