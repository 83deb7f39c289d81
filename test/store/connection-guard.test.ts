import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createConnectionGuard } from '../../src/store/connection-guard.js';
import { stuckWork } from '../../src/store/stuck-work.js';
import { watchStuckWork } from '../../src/core/operation/stuck.js';
import { accepted, claimOf, count, posted, REPORT } from './operations.js';
import { CONNECTION, openStoreBench, SCHEME, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.owner.query(`UPDATE connection SET state = 'live', reason = NULL, version = 1`);
  await bench.owner.query('DELETE FROM incident');
  await bench.owner.query('DELETE FROM credential_refusal');
  await bench.owner.query(
    `UPDATE operation SET next_action_at = now() + interval '1 hour', lease_until = NULL, lease_token = NULL WHERE next_action_at IS NOT NULL`,
  );
});

const connection = async (): Promise<unknown> =>
  (await bench.owner.query('SELECT state, reason, version FROM connection WHERE id = $1', [CONNECTION])).rows[0];
const incidents = async (): Promise<unknown[]> =>
  (
    await bench.owner.query<Record<string, unknown>>(
      'SELECT kind, work, scheme, reason, closed_at FROM incident ORDER BY opened_at',
    )
  ).rows;

describe('refused credentials', () => {
  it('take the connection out of service the second time, wherever the first was', async () => {
    const guards = [createConnectionGuard(bench.pools), createConnectionGuard(bench.another().pools)] as const;
    const before = (await connection()) as { version: number };
    expect(await guards[0].authFailed(CONNECTION, 1, 'HTTP 401')).toBe(false);
    expect(await connection()).toEqual(before);
    expect(await guards[1].authFailed(CONNECTION, 1, 'HTTP 403')).toBe(true);
    expect(await connection()).toEqual({ state: 'auth-failed', reason: 'HTTP 403', version: before.version + 1 });
    expect(await incidents()).toEqual([
      { kind: 'auth-failed', work: null, scheme: SCHEME, reason: 'HTTP 403', closed_at: null },
    ]);
    expect(await guards[0].authFailed(CONNECTION, 1, 'HTTP 401')).toBe(false);
  });

  it('begin anew once the connection is live again', async () => {
    const guard = createConnectionGuard(bench.pools);
    await guard.authFailed(CONNECTION, 1, 'HTTP 401');
    await guard.authFailed(CONNECTION, 1, 'HTTP 401');
    await bench.owner.query(`UPDATE connection SET state = 'live'`);
    for (let calls = 0; calls < 3; calls += 1) {
      // Calls that went out before, by settings that are no longer those of the connection.
      expect(await guard.authFailed(CONNECTION, 1, 'HTTP 401')).toBe(false);
    }
    expect(await guard.authFailed(CONNECTION, 2, 'HTTP 401')).toBe(false);
    expect(await guard.authFailed(CONNECTION, 2, 'HTTP 401')).toBe(true);
  });

  it.each([
    ['receipt', true],
    ['rejected', true],
    ['unknown-outcome', false],
    ['not-sent', false],
    ['auth', false],
  ])('are forgotten with a call that ends in %s: %s', async (outcome, forgotten) => {
    const guard = createConnectionGuard(bench.pools);
    await guard.authFailed(CONNECTION, 1, 'HTTP 401');
    const claimed = await claimOf(bench.store, bench.demo, await accepted(bench, bench.demo));
    await bench.store.complete({ claimed, decision: posted(), report: { ...REPORT, outcome } });
    expect(await count(bench, 'credential_refusal')).toBe(forgotten ? 0 : 1);
    expect(await guard.authFailed(CONNECTION, 1, 'HTTP 401')).toBe(!forgotten);
  });

  it('of two at once are two', async () => {
    const guards = [createConnectionGuard(bench.pools), createConnectionGuard(bench.another().pools)];
    const failed = await Promise.all(guards.map((guard) => guard.authFailed(CONNECTION, 1, 'HTTP 401')));
    expect(failed.sort()).toEqual([false, true]);
  });

  it('of a connection that is paused already change nothing', async () => {
    await bench.owner.query(`UPDATE connection SET state = 'paused'`);
    const guard = createConnectionGuard(bench.pools);
    expect(await guard.authFailed(CONNECTION, 1, 'HTTP 401')).toBe(false);
    expect(await guard.authFailed(CONNECTION, 1, 'HTTP 401')).toBe(false);
    expect(await connection()).toMatchObject({ state: 'paused' });
  });
});

describe('stuck work', () => {
  const watch = (): Promise<void> => watchStuckWork(() => stuckWork(bench.pools), createConnectionGuard(bench.pools));
  const dueAt = (id: string, from: string): Promise<unknown> =>
    bench.owner.query(`UPDATE operation SET next_action_at = now() + $2::interval WHERE id = $1`, [id, from]);

  it('is an incident of its connection for as long as there is some', async () => {
    const [late, lost, fine] = [
      await accepted(bench, bench.demo),
      await accepted(bench, bench.other),
      await accepted(bench, bench.demo),
    ];
    await dueAt(fine, '-9 minutes');
    await watch();
    expect(await incidents()).toEqual([]);
    await dueAt(late, '-11 minutes');
    await bench.owner.query(`UPDATE operation SET state = 'needs-review', review_reason = 'absent' WHERE id = $1`, [
      lost,
    ]);
    await dueAt(lost, '25 hours');
    expect(await stuckWork(bench.pools)).toEqual([
      { connectionId: CONNECTION, scheme: SCHEME, counts: { queued: 1, 'needs-review': 1 }, told: false },
    ]);
    await watch();
    await watch();
    expect(await incidents()).toMatchObject([{ kind: 'stuck', reason: 'needs-review 1, queued 1', closed_at: null }]);
    await dueAt(late, '1 minute');
    await dueAt(lost, '24 hours');
    await watch();
    expect(await incidents()).toMatchObject([{ kind: 'stuck', closed_at: expect.any(Date) }]);
  });

  it('is not what waits for a date of its own', async () => {
    const id = await accepted(bench, bench.demo);
    await bench.owner.query(`UPDATE operation SET state = 'scheduled' WHERE id = $1`, [id]);
    await dueAt(id, '9 days');
    expect(await stuckWork(bench.pools)).toEqual([]);
  });

  it.each([
    ['is paused', `UPDATE connection SET state = 'paused'`],
    [
      'has its breaker open',
      `INSERT INTO breaker (connection_id, work, opened_at, open_ms, probe_at) SELECT id, 'write', now(), 10000, now() FROM connection`,
    ],
  ])('of a connection that %s has its reason already', async (_what, outOfService) => {
    const id = await accepted(bench, bench.demo);
    await dueAt(id, '-1 hour');
    await watch();
    expect(await incidents()).toHaveLength(1);
    await bench.owner.query(outOfService);
    await watch();
    expect(await incidents()).toMatchObject([{ kind: 'stuck', closed_at: expect.any(Date) }]);
    await bench.owner.query('DELETE FROM breaker');
  });

  it('includes what a process has held far longer than its lease', async () => {
    const id = await accepted(bench, bench.demo);
    await claimOf(bench.store, bench.demo, id);
    const held = `UPDATE operation SET lease_until = now() - interval '11 minutes', next_action_at = now() - interval '11 minutes' WHERE id = $1`;
    await bench.owner.query(held, [id]);
    expect(await stuckWork(bench.pools)).toMatchObject([{ counts: { sending: 1 } }]);
  });
});
