import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decide } from '../../src/core/operation/decide.js';
import type { Decision } from '../../src/core/operation/ports.js';
import type { Learnt } from '../../src/core/operation/snapshot.js';
import { LEARNT, type LearntName, middle, rules } from '../core/operation/situations.js';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, carried, claimOf, count, posted, REJECTED, REPORT, stored, UNKNOWN } from './operations.js';
import { openStoreBench, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(async () => {
  await bench.close();
});

/** Tells the store of something learnt about an operation, as a push does. */
function told(id: string, learnt: LearntName | Learnt): Promise<Decision | null | 'reference-taken'> {
  const what = typeof learnt === 'string' ? LEARNT[learnt] : learnt;
  return bench.store.evidence(bench.demo.id, id, (_operation, snapshot) =>
    decide(snapshot, what, rules('lookup'), middle),
  );
}
const toldPosted = (supplierReference: string | null): Learnt => ({
  ...LEARNT['told posted'],
  supplierReference,
});

describe('two completions of one claim', () => {
  it('are applied once, whichever comes first', async () => {
    const id = await accepted(bench, bench.demo);
    const claimed = await claimOf(bench.store, bench.demo, id);
    const results = await Promise.all([
      bench.store.complete({ claimed, decision: posted('S-a1'), report: REPORT }),
      bench.another().store.complete({ claimed, decision: REJECTED, report: REPORT }),
      bench.store.complete({ claimed, decision: posted('S-a1'), report: REPORT }),
    ]);
    expect([...results].sort()).toEqual(['applied', 'stale', 'stale']);
    const applied = results.indexOf('applied') === 1 ? 'rejected' : 'posted';
    expect(await stored(bench, id)).toMatchObject({ state: applied, version: 3, lease_token: null });
    expect(await count(bench, 'event WHERE subject_id = $1', [id])).toBe(3);
    expect(await count(bench, 'ledger_transaction WHERE operation_id = $1', [id])).toBe(applied === 'posted' ? 1 : 0);
  });

  it('under a lease that has passed to somebody else change nothing', async () => {
    const id = await carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN);
    const first = await claimOf(bench.store, bench.demo, id, 'lookup');
    await bench.owner.query(
      `UPDATE operation SET lease_until = now() - interval '1 s', next_action_at = now() - interval '1 s' WHERE id = $1`,
      [id],
    );
    const second = await claimOf(bench.store, bench.demo, id, 'lookup');
    expect(second.token).not.toBe(first.token);
    const before = await stored(bench, id);
    expect(await bench.store.complete({ claimed: first, decision: posted('S-b1'), report: REPORT })).toBe('stale');
    expect(await stored(bench, id)).toEqual(before);
    expect(await count(bench, `receipt WHERE supplier_reference = 'S-b1'`)).toBe(0);
    expect(await bench.store.complete({ claimed: second, decision: posted('S-b2'), report: REPORT })).toBe('applied');
  });
});

describe('evidence', () => {
  it('during a send settles it, and the answer of the send changes nothing more', async () => {
    const id = await accepted(bench, bench.demo);
    const claimed = await claimOf(bench.store, bench.demo, id);
    expect(await told(id, toldPosted('S-c1'))).toMatchObject({ to: 'posted' });
    const settled = await stored(bench, id);
    expect(settled).toMatchObject({
      state: 'posted',
      supplier_reference: 'S-c1',
      lease_token: null,
      lease_until: null,
    });
    expect(await bench.store.complete({ claimed, decision: UNKNOWN, report: REPORT })).toBe('stale');
    expect(await stored(bench, id)).toEqual(settled);
  });

  it('during a look-up likewise', async () => {
    const id = await carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN);
    const claimed = await claimOf(bench.store, bench.demo, id, 'lookup');
    await told(id, toldPosted(null));
    const absent: Decision = { to: 'queued', nextActionInMs: 0, unknownSince: null };
    expect(await bench.store.complete({ claimed, decision: absent, report: REPORT })).toBe('stale');
    expect(await stored(bench, id)).toMatchObject({ state: 'posted' });
  });

  it('twice, or against a final state, changes nothing', async () => {
    const id = await accepted(bench, bench.demo);
    await claimOf(bench.store, bench.demo, id);
    await told(id, toldPosted('S-d1'));
    const settled = await stored(bench, id);
    for (const learnt of [toldPosted('S-d1'), toldPosted('S-d2'), LEARNT['told refused']]) {
      expect(await told(id, learnt)).toBeNull();
      expect(await stored(bench, id)).toEqual(settled);
    }
    expect(await count(bench, 'ledger_transaction WHERE operation_id = $1', [id])).toBe(1);
  });

  it('in parallel is applied once', async () => {
    const id = await accepted(bench, bench.demo);
    await claimOf(bench.store, bench.demo, id);
    const decisions = await Promise.all(Array.from({ length: 10 }, () => told(id, toldPosted('S-e1'))));
    expect(decisions.filter((decision) => decision !== null)).toHaveLength(1);
    expect(await stored(bench, id)).toMatchObject({ state: 'posted', version: 3 });
  });

  it('of an operation of another tenant finds nothing', async () => {
    const id = await accepted(bench, bench.other);
    let asked = false;
    const decision = await bench.store.evidence(bench.demo.id, id, () => {
      asked = true;
      return posted('S-f1');
    });
    expect([decision, asked]).toEqual([null, false]);
    expect(await stored(bench, id)).toMatchObject({ state: 'queued' });
  });
});

it('in every order of evidence and completion the books hold', async () => {
  const orders: (readonly ('complete' | LearntName)[])[] = [
    ['complete', 'told posted'],
    ['told posted', 'complete'],
    ['told posted something else', 'complete', 'told posted'],
    ['told refused', 'complete'],
  ];
  for (const [index, order] of orders.entries()) {
    const id = await accepted(bench, bench.demo);
    const claimed = await claimOf(bench.store, bench.demo, id);
    for (const step of order) {
      if (step === 'complete') {
        await bench.store.complete({ claimed, decision: posted(`S-g${index}`), report: REPORT });
      } else await told(id, step === 'told posted' ? toldPosted(`S-g${index}`) : step);
    }
    expect(await stored(bench, id)).toMatchObject({ state: order[0] === 'told refused' ? 'rejected' : 'posted' });
  }
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
