import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { plan } from '../../src/core/operation/plan.js';
import type { ClaimRequest, Quarantined } from '../../src/core/operation/ports.js';
import { createOperationStore } from '../../src/store/operation-store.js';
import { middle, rules } from '../core/operation/situations.js';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, carried, claimOf, count, hint, posted, REPORT, stored } from './operations.js';
import { CONNECTION, openStoreBench, SCHEME, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.owner.query(
    `UPDATE operation SET next_action_at = now() + interval '1 day' WHERE next_action_at IS NOT NULL`,
  );
});

/** A store that tells what it sets aside. */
function telling() {
  const told: Quarantined[] = [];
  const store = createOperationStore(
    bench.pools,
    () => undefined,
    (one) => told.push(one),
  );
  return { told, store };
}

const claimWith = (store: StoreBench['store'], planOne: ClaimRequest['plan'], hints: ClaimRequest['hints'] = []) =>
  store.claim({
    connectionId: CONNECTION,
    lane: 'live',
    hints,
    steps: 'any',
    limit: 20,
    leaseMs: 30_000,
    plan: planOne,
  });
const asUsual: ClaimRequest['plan'] = (_operation, snapshot) => plan(snapshot, rules('lookup'), middle);
const makeDue = (ids: readonly string[]): Promise<unknown> =>
  bench.owner.query(
    `UPDATE operation SET next_action_at = now() - interval '1 s',
       lease_until = CASE WHEN lease_until IS NOT NULL THEN now() - interval '1 s' END WHERE id = ANY ($1)`,
    [ids],
  );

/** An operation that fails whoever touches it, and what has to be done so that it does. */
const poisons: [string, (id: string) => Promise<ClaimRequest['plan']>][] = [
  [
    'cannot be planned',
    async (id) => (operation, snapshot) => {
      if (operation.id === id) throw new TypeError('no such step');
      return asUsual(operation, snapshot);
    },
  ],
  [
    'cannot be read',
    async (id) => {
      await bench.owner.query('UPDATE operation SET points = 9007199254740993 WHERE id = $1', [id]);
      return asUsual;
    },
  ],
];

describe.each(poisons)('an operation that %s', (_what, poison) => {
  it('is set aside alone after three tries, and delays nobody of its page', async () => {
    const { store, told } = telling();
    const [bad, ...good] = await Promise.all(Array.from({ length: 6 }, () => accepted(bench, bench.demo)));
    if (bad === undefined) throw new Error('nothing was accepted');
    const planOne = await poison(bad);
    await makeDue([bad, ...good]);
    const taken = await claimWith(store, planOne);
    expect(new Set(taken.map(({ operation }) => operation.id))).toEqual(new Set(good));
    expect(await stored(bench, bad)).toMatchObject({ state: 'queued', attempts: 0, lapses: 1, version: 1 });
    expect(await claimWith(store, planOne)).toEqual([]);
    for (const lapses of [2, 3]) {
      await makeDue([bad]);
      expect(await claimWith(store, planOne)).toEqual([]);
      expect(await count(bench, 'operation WHERE id = $1 AND lapses = $2', [bad, 2])).toBe(1);
      expect(told).toHaveLength(lapses - 2);
    }
    expect(await stored(bench, bad)).toMatchObject({
      state: 'needs-review',
      review_reason: 'quarantined',
      attempts: 0,
      ever_sent: false,
    });
    expect(told).toEqual([{ operationId: bad, tenantId: bench.demo.id, connectionId: CONNECTION, scheme: SCHEME }]);
    await bench.owner.query('UPDATE operation SET points = 500 WHERE id = $1', [bad]);
  });
});

describe('an operation whose leases lapse again and again', () => {
  const lapse = async (id: string): Promise<void> => {
    await makeDue([id]);
  };

  it('is set aside at the fifth', async () => {
    const { store, told } = telling();
    const id = await accepted(bench, bench.demo);
    await claimOf(store, bench.demo, id);
    for (let lapses = 1; lapses < 5; lapses += 1) {
      await lapse(id);
      // The lapsed send becomes unknown, then each look-up lapses in turn.
      if (lapses === 1) await claimLookups(store, id);
      await claimLookups(store, id);
      expect(await stored(bench, id)).toMatchObject({ state: 'unknown', lapses });
    }
    await lapse(id);
    expect(await claimLookups(store, id)).toEqual([]);
    expect(await stored(bench, id)).toMatchObject({
      state: 'needs-review',
      review_reason: 'quarantined',
      ever_sent: true,
    });
    expect(told).toMatchObject([{ operationId: id }]);
  });

  it('begins anew with every end', async () => {
    const id = await accepted(bench, bench.demo);
    await bench.owner.query('UPDATE operation SET lapses = 4 WHERE id = $1', [id]);
    await carried(bench, bench.demo, id, { to: 'queued', nextActionInMs: 0, notSentTries: 1 });
    expect(await stored(bench, id)).toMatchObject({ state: 'queued', lapses: 0 });
  });

  const claimLookups = (store: StoreBench['store'], id: string) =>
    store.claim({
      connectionId: CONNECTION,
      lane: 'lookup',
      hints: [hint(bench.demo, id)],
      steps: 'any',
      limit: 1,
      leaseMs: 30_000,
      plan: asUsual,
    });
});

it('a send that was under way is never taken for one that was not begun, though its row fails meanwhile', async () => {
  const { store } = telling();
  const id = await accepted(bench, bench.demo);
  const { token } = await claimOf(store, bench.demo, id);
  const failing: ClaimRequest['plan'] = () => {
    throw new TypeError('no such step');
  };
  const lookUp = () =>
    store.claim({
      connectionId: CONNECTION,
      lane: 'lookup',
      hints: [hint(bench.demo, id)],
      steps: 'any',
      limit: 1,
      leaseMs: 30_000,
      plan: failing,
    });
  for (const lapses of [1, 2]) {
    await makeDue([id]);
    expect(await lookUp()).toEqual([]);
    expect(await stored(bench, id)).toMatchObject({ state: 'sending', lapses, lease_token: token });
  }
  await makeDue([id]);
  expect(await lookUp()).toEqual([]);
  const aside = { state: 'needs-review', review_reason: 'quarantined', ever_sent: true, lease_token: null };
  expect(await stored(bench, id)).toMatchObject(aside);
});

it('an operation that our own fault set aside on completion is told as well', async () => {
  const { store, told } = telling();
  const id = await accepted(bench, bench.demo);
  const claimed = await claimOf(store, bench.demo, id);
  const decision = { to: 'needs-review', nextActionInMs: 86_400_000, reviewReason: 'quarantined' } as const;
  expect(await store.complete({ claimed, decision, report: REPORT })).toBe('applied');
  expect(told).toMatchObject([{ operationId: id }]);
  expect(await store.complete({ claimed, decision: posted(), report: REPORT })).toBe('stale');
});

describe('an operation whose call was not let in', () => {
  it('stays as it is and comes again later, with no event, no attempt, no try and no wake-up', async () => {
    const id = await accepted(bench, bench.demo);
    const before = await stored(bench, id);
    await bench.owner.query('DELETE FROM outbox');
    const put = () => claimWith(bench.store, () => ({ act: 'defer', forMs: 60_000 }), [hint(bench.demo, id)]);
    expect(await put()).toEqual([]);
    const { next_action_at, ...after } = await stored(bench, id);
    expect(before).toMatchObject(after);
    expect(Number(next_action_at) - Date.now()).toBeGreaterThan(30_000);
    expect(await count(bench, 'outbox')).toBe(0);
    expect(await count(bench, 'attempt WHERE operation_id = $1', [id])).toBe(0);
    expect(await count(bench, 'event WHERE subject_id = $1', [id])).toBe(1);
  });

  it('is one of a page, not the beginning of going through all there is', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => accepted(bench, bench.demo)));
    await makeDue(ids);
    let asked = 0;
    await bench.store.claim({
      connectionId: CONNECTION,
      lane: 'live',
      hints: [],
      steps: 'any',
      limit: 2,
      leaseMs: 30_000,
      plan: () => {
        asked += 1;
        return { act: 'defer', forMs: 60_000 };
      },
    });
    expect(asked).toBe(2);
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
