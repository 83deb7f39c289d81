import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { AcceptAccrual } from '../../src/core/operation/operations.js';
import { brokenInvariants } from '../support/invariants.js';
import {
  accepted,
  accrual,
  carried,
  claim,
  count,
  hint,
  idOf,
  posted,
  postedAccrual,
  REJECTED,
  reversed,
  stored,
} from './operations.js';
import { openStoreBench, request, type StoreBench, type Tenant } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench({ links: 2 });
});
afterAll(() => bench.close());

const accrue = (tenant: Tenant, input: AcceptAccrual): Promise<Answer> =>
  bench.operations.accrue(tenant.caller, input, request(input));
const under = (tenant: Tenant, input: AcceptAccrual, link = 0): AcceptAccrual => ({
  ...input,
  linkId: tenant.links[link] ?? '',
});
const PARKED = { state: 'needs-review', review_reason: 'possible-duplicate', attempts: 0, ever_sent: false };

describe('the trip of somebody else', () => {
  it.each(['demo', 'other'] as const)('posted again by %s is not sent, and the first goes on', async (who) => {
    const input = accrual(bench.demo);
    const first = await accepted(bench, bench.demo, input);
    const answer = await accrue(bench[who], under(bench[who], input, 1));
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.body)).toMatchObject({ state: 'needs-review', reviewReason: 'possible-duplicate' });
    const second = idOf(answer);
    expect(await stored(bench, second)).toMatchObject(PARKED);
    expect(await count(bench, 'outbox WHERE operation_id = $1', [second])).toBe(0);
    expect(await stored(bench, first)).toMatchObject({ state: 'queued', review_reason: null });
    for (const lane of ['live', 'lookup'] as const)
      expect(await claim(bench.store, lane, [hint(bench[who], second)])).toEqual([]);
    await carried(bench, bench.demo, first, posted(`S-${who}`));
  });

  it('tells neither side anything of the other', async () => {
    const input = accrual(bench.demo);
    const first = await accrue(bench.demo, input);
    const second = await accrue(bench.other, under(bench.other, input));
    const [ours, theirs] = [idOf(first), idOf(second)];
    for (const part of [ours, bench.demo.id, bench.demo.links[0] ?? '']) expect(second.body).not.toContain(part);
    await expect(bench.operations.get(bench.other.caller, ours, 'en')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const seen = await bench.operations.get(bench.other.caller, theirs, 'en');
    expect(seen).toMatchObject({ reviewReason: 'possible-duplicate', evidence: null });
  });

  it('again under its own link is that same operation', async () => {
    const input = accrual(bench.demo);
    await accepted(bench, bench.demo, input);
    const parked = await accrue(bench.other, under(bench.other, input));
    const again = await accrue(bench.other, under(bench.other, input));
    expect(again.status).toBe(200);
    expect(idOf(again)).toBe(idOf(parked));
  });

  it('replays byte for byte', async () => {
    const input = accrual(bench.demo);
    await accepted(bench, bench.demo, input);
    const asked = request('duplicate');
    const body = under(bench.other, input);
    const parked = await bench.operations.accrue(bench.other.caller, body, asked);
    expect(await bench.operations.accrue(bench.other.caller, body, asked)).toEqual({ ...parked, replayed: true });
  });

  it('posted by both at once is sent by one', async () => {
    const trips = Array.from({ length: 15 }, () => accrual(bench.demo));
    const answers = await Promise.all(
      trips.flatMap((input) => [accrue(bench.demo, input), accrue(bench.other, under(bench.other, input))]),
    );
    const states = answers.map(({ body }) => (JSON.parse(body) as { state: string }).state);
    const pairs = trips.map((_input, index) => states.slice(2 * index, 2 * index + 2).sort());
    expect(pairs).toEqual(trips.map(() => ['needs-review', 'queued']));
  });
});

describe('a trip is free for others', () => {
  it('after the first was rejected, and a parked one stays parked', async () => {
    const input = accrual(bench.demo);
    const first = await accepted(bench, bench.demo, input);
    const parked = await accepted(bench, bench.other, under(bench.other, input));
    await carried(bench, bench.demo, first, REJECTED);
    expect(await stored(bench, parked)).toMatchObject(PARKED);
    const third = await accepted(bench, bench.demo, under(bench.demo, input, 1));
    expect(await stored(bench, third)).toMatchObject({ state: 'queued' });
  });

  it('after the first was wholly reversed', async () => {
    const input = accrual(bench.demo);
    const first = await postedAccrual(bench, bench.demo, input);
    await carried(bench, bench.demo, await reversed(bench, bench.demo, first), posted('R-free'));
    expect(await stored(bench, await accepted(bench, bench.other, under(bench.other, input)))).toMatchObject({
      state: 'queued',
    });
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
