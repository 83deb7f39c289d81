import { afterAll, beforeEach, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, accrual, carried, claim, claimOf, count, hint, posted, REPORT, stored } from './operations.js';
import { CONNECTION, openStoreBench, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());
/** What an earlier test left open is nobody's any more. */
beforeEach(async () => {
  await bench.owner.query(
    `UPDATE operation SET next_action_at = now() + interval '1 day' WHERE next_action_at IS NOT NULL`,
  );
});

const makeDue = (id: string): Promise<unknown> =>
  bench.owner.query(
    `UPDATE operation SET next_action_at = now() - interval '1 s',
       lease_until = CASE WHEN lease_until IS NOT NULL THEN now() - interval '1 s' END WHERE id = $1`,
    [id],
  );
const many = (length: number): Promise<string[]> =>
  Promise.all(Array.from({ length }, () => accepted(bench, bench.demo)));

describe('two processes', () => {
  it('never get the same operation, and together get all', async () => {
    const ids = await many(60);
    await Promise.all(ids.map(makeDue));
    const { store } = bench.another();
    const rounds = await Promise.all([bench.store, store, bench.store, store].map((at) => claim(at, 'live', [], 40)));
    const rest = await claim(bench.store, 'live', [], 60);
    const taken = [...rounds.flat(), ...rest].map(({ operation }) => operation.id);
    expect(new Set(taken).size).toBe(taken.length);
    expect(new Set(taken)).toEqual(new Set(ids));
    expect(await count(bench, 'attempt WHERE operation_id = ANY ($1)', [ids])).toBe(60);
    expect(await count(bench, 'operation WHERE id = ANY ($1) AND attempts <> 1', [ids])).toBe(0);
  });

  it('named the same operation share it with nobody', async () => {
    const id = await accepted(bench, bench.demo);
    const { store } = bench.another();
    const hints = [hint(bench.demo, id)];
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, n) => claim(n % 2 === 0 ? bench.store : store, 'live', hints)),
    );
    expect(claims.flat()).toHaveLength(1);
  });
});

describe('a claim', () => {
  it('passes over what somebody else holds, without waiting', async () => {
    const [held, free] = [await accepted(bench, bench.demo), await accepted(bench, bench.demo)];
    const holder = await bench.owner.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM operation WHERE id = $1 FOR UPDATE', [held]);
      const taken = await claim(bench.store, 'live', [hint(bench.demo, held), hint(bench.demo, free)]);
      expect(taken.map(({ operation }) => operation.id)).toEqual([free]);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  });

  it('has written its intent before anything is sent', async () => {
    const id = await accepted(bench, bench.demo);
    const claimed = await claimOf(bench.store, bench.demo, id);
    expect(claimed).toMatchObject({ act: 'send', operation: { state: 'sending', version: 2, attempts: 1 } });
    expect(claimed.snapshot).toMatchObject({ state: 'sending', attempts: 1, everSent: false, sinceLastSentMs: 0 });
    expect(await stored(bench, id)).toMatchObject({ state: 'sending', lease_token: claimed.token, attempts: 1 });
    const attempts = await bench.owner.query('SELECT * FROM attempt WHERE operation_id = $1', [id]);
    expect(attempts.rows).toMatchObject([{ token: claimed.token, action: 'send', effect: 'write', finished_at: null }]);
    await bench.store.complete({ claimed, decision: posted(), report: { ...REPORT, detail: 'told' } });
    const ended = await bench.owner.query('SELECT * FROM attempt WHERE operation_id = $1', [id]);
    expect(ended.rows).toMatchObject([{ outcome: 'receipt', status: 200, latency_ms: 5, detail: 'told' }]);
    expect(ended.rows[0]).not.toMatchObject({ finished_at: null });
  });

  it('takes at most what it was asked to, and the oldest first', async () => {
    const ids = await many(5);
    for (const [index, id] of ids.entries()) {
      await bench.owner.query(`UPDATE operation SET next_action_at = now() - $2 * interval '1 s' WHERE id = $1`, [
        id,
        index + 1,
      ]);
    }
    const taken = await claim(bench.store, 'live', [], 2);
    expect(new Set(taken.map(({ operation }) => operation.id))).toEqual(new Set(ids.slice(3)));
  });

  it('takes what is fresh when it is named, what waits only when it is due', async () => {
    const fresh = await accepted(bench, bench.demo);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const scheduled = await accepted(bench, bench.demo, accrual(bench.demo, { notBefore: later }));
    const again = await accepted(bench, bench.demo);
    await carried(bench, bench.demo, again, { to: 'queued', nextActionInMs: 60_000, notSentTries: 1 });
    expect(await claim(bench.store, 'live', [])).toEqual([]);
    const hints = [fresh, scheduled, again].map((id) => hint(bench.demo, id));
    const taken = await claim(bench.store, 'live', hints);
    expect(taken.map(({ operation }) => operation.id)).toEqual([fresh]);
    await makeDue(again);
    expect(await claim(bench.store, 'live', hints)).toHaveLength(1);
    await makeDue(scheduled);
    expect(await claim(bench.store, 'live', hints)).toEqual([]);
    expect(await stored(bench, scheduled)).toMatchObject({ state: 'queued', version: 2 });
    expect(await claim(bench.store, 'live', hints)).toHaveLength(1);
  });

  it('takes nothing of another tenant, connection or lane, whatever a hint says', async () => {
    const id = await accepted(bench, bench.other);
    expect(await claim(bench.store, 'live', [hint(bench.demo, id)])).toEqual([]);
    expect(await claim(bench.store, 'lookup', [hint(bench.other, id)])).toEqual([]);
    const elsewhere = '0a000000-0000-4000-8000-00000000000f';
    const plan = () => ({ act: 'send' as const });
    const request = { lane: 'live' as const, steps: 'any' as const, limit: 5, leaseMs: 1_000, plan };
    expect(await bench.store.claim({ ...request, connectionId: elsewhere, hints: [hint(bench.other, id)] })).toEqual(
      [],
    );
    expect(
      await bench.store.claim({ ...request, connectionId: CONNECTION, hints: [hint(bench.other, id)] }),
    ).toHaveLength(1);
  });

  it('over several tenants gives each its own', async () => {
    const [ours, theirs] = [await accepted(bench, bench.demo), await accepted(bench, bench.other)];
    const taken = await claim(bench.store, 'live', [hint(bench.demo, ours), hint(bench.other, theirs)]);
    const owners = new Map(taken.map(({ operation, member }) => [operation.id, [operation.tenantId, member.tenantId]]));
    expect(owners.get(ours)).toEqual([bench.demo.id, bench.demo.id]);
    expect(owners.get(theirs)).toEqual([bench.other.id, bench.other.id]);
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
