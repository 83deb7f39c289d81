import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { AcceptAccrual } from '../../src/core/operation/operations.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { brokenInvariants } from '../support/invariants.js';
import {
  accepted,
  accrual,
  carried,
  count,
  idOf,
  posted,
  postedAccrual,
  REJECTED,
  reversed,
  UNKNOWN,
} from './operations.js';
import { openStoreBench, request, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench({ links: 2 });
});
afterAll(() => bench.close());

const accrue = (input: AcceptAccrual, tenant = bench.demo): Promise<Answer> =>
  bench.operations.accrue(tenant.caller, input, request(input));

describe('the same trip again, under another key', () => {
  it('with equal content is answered with the first operation', async () => {
    const input = accrual(bench.demo);
    const first = await accrue(input);
    const again = await accrue(input);
    expect(again).toMatchObject({ status: 200, replayed: false, location: first.location });
    expect(idOf(again)).toBe(idOf(first));
    expect(await count(bench, 'operation WHERE id = $1', [idOf(first)])).toBe(1);
  });

  it('is answered as the operation stands now', async () => {
    const input = accrual(bench.demo);
    await carried(bench, bench.demo, await accepted(bench, bench.demo, input), posted('S-now'));
    const { body } = await accrue(input);
    expect(JSON.parse(body)).toMatchObject({ state: 'posted', supplierReference: 'S-now' });
  });

  it('is the same trip however it is spelt', async () => {
    const flight = accrual(bench.demo);
    if (flight.activity.type !== 'flight') throw new Error('not a flight');
    const id = await accepted(bench, bench.demo, flight);
    const spelt = { ...flight, activity: { ...flight.activity, ticketNumber: ` ${flight.activity.ticketNumber} ` } };
    expect(JSON.parse((await accrue(spelt)).body)).toEqual({ code: 'ACTIVITY_EXISTS', operationId: id });
  });

  it.each<[string, Partial<AcceptAccrual>]>([
    ['points', { points: 501 }],
    ['bonus', { bonusPoints: 1 }],
  ])('with other %s is a conflict that names the first', async (_name, different) => {
    const input = accrual(bench.demo);
    const id = await accepted(bench, bench.demo, input);
    const conflict = await accrue({ ...input, ...different });
    expect(conflict).toMatchObject({ status: 409, contentType: 'application/problem+json' });
    expect(JSON.parse(conflict.body)).toEqual({ code: 'ACTIVITY_EXISTS', operationId: id });
  });

  it('replays its own answer, a conflict too', async () => {
    const input = accrual(bench.demo);
    await accepted(bench, bench.demo, input);
    for (const body of [input, { ...input, points: 501 }]) {
      const asked = request(body);
      const first = await bench.operations.accrue(bench.demo.caller, body, asked);
      const again = await bench.operations.accrue(bench.demo.caller, body, asked);
      expect(again).toEqual({ ...first, replayed: true });
    }
  });

  it('with a time or a name of its own is still that trip', async () => {
    const input = accrual(bench.demo);
    const id = await accepted(bench, bench.demo, input);
    expect(idOf(await accrue({ ...input, clientReference: 'C2', metadata: { a: 'b' } }))).toBe(id);
  });

  it('in parallel makes one operation', async () => {
    const input = accrual(bench.demo);
    const { operations } = bench.another();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? bench.operations : operations).accrue(bench.demo.caller, input, request(index)),
      ),
    );
    expect(new Set(answers.map(idOf)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(39);
  });
});

describe('another trip', () => {
  it('is the same ticket under another link or another tenant', async () => {
    const input = accrual(bench.demo);
    const ids = [
      await accepted(bench, bench.demo, input),
      await accepted(bench, bench.demo, { ...input, linkId: bench.demo.links[1] ?? '' }),
      await accepted(bench, bench.other, { ...input, linkId: bench.other.links[0] ?? '' }),
    ];
    expect(new Set(ids).size).toBe(3);
  });
});

describe('a trip is free again', () => {
  it('after a rejection', async () => {
    const input = accrual(bench.demo);
    const id = await carried(bench, bench.demo, await accepted(bench, bench.demo, input), REJECTED);
    const next = await accrue({ ...input, points: 600 });
    expect(next.status).toBe(202);
    expect(idOf(next)).not.toBe(id);
  });

  it('after it was wholly reversed, and not before', async () => {
    const input = accrual(bench.demo, { bonusPoints: 100 });
    const id = await postedAccrual(bench, bench.demo, input);
    const part = await reversed(bench, bench.demo, id, 250);
    expect(idOf(await accrue(input))).toBe(id);
    await carried(bench, bench.demo, part, posted('R-part'));
    expect(idOf(await accrue(input))).toBe(id);
    const rest = await reversed(bench, bench.demo, id);
    expect(idOf(await accrue(input))).toBe(id);
    await carried(bench, bench.demo, rest, posted('R-rest'));
    const anew = await accrue(input);
    expect(anew.status).toBe(202);
    expect(idOf(anew)).not.toBe(id);
  });

  it('when the last two reversals post at once', async () => {
    const input = accrual(bench.demo);
    const id = await postedAccrual(bench, bench.demo, input);
    const halves = [await reversed(bench, bench.demo, id, 250), await reversed(bench, bench.demo, id, 250)];
    await Promise.all(halves.map((half, index) => carried(bench, bench.demo, half, posted(`R-half-${index}`))));
    expect((await accrue(input)).status).toBe(202);
  });

  it('not after a refused reversal, and not while anything is open', async () => {
    const input = accrual(bench.demo);
    const id = await postedAccrual(bench, bench.demo, input);
    await carried(bench, bench.demo, await reversed(bench, bench.demo, id), REJECTED);
    expect(idOf(await accrue(input))).toBe(id);
    const open = accrual(bench.demo);
    const lost = await carried(bench, bench.demo, await accepted(bench, bench.demo, open), UNKNOWN);
    expect(idOf(await accrue(open))).toBe(lost);
  });
});

it('a public id names the operation in answers, and the books hold', async () => {
  const answer = await accrue(accrual(bench.demo));
  expect(JSON.parse(answer.body)).toMatchObject({ id: toTypeId('op', idOf(answer)) });
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
