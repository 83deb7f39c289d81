import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { overdue } from '../../src/store/sweep.js';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, carried, claim, claimOf, count, hint, stored, UNKNOWN } from './operations.js';
import { heldRedemption, openRedemptionBench, redeemed, type RedemptionBench } from './redemptions.js';
import { CONNECTION } from './store-bench.js';

let bench: RedemptionBench;
beforeAll(async () => {
  bench = await openRedemptionBench({ links: 3 });
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.owner.query(
    `UPDATE operation SET next_action_at = now() + interval '1 day' WHERE next_action_at IS NOT NULL`,
  );
  await resume();
});

/** As administration does: state and incident in one commit. */
const pause = (kind: 'paused' | 'auth-failed' = 'paused'): Promise<unknown> =>
  bench.owner.query(
    `WITH c AS (UPDATE connection SET state = $2 WHERE id = $1) SELECT open_incident($1, $2, NULL, 'test')`,
    [CONNECTION, kind],
  );
const resume = (): Promise<unknown> =>
  bench.owner.query(
    `WITH c AS (UPDATE connection SET state = 'live' WHERE id = $1)
     SELECT close_incident($1, 'paused', NULL), close_incident($1, 'auth-failed', NULL)`,
    [CONNECTION],
  );
const makeDue = (id: string): Promise<unknown> =>
  bench.owner.query(
    `UPDATE operation SET next_action_at = now() - interval '1 s',
       lease_until = CASE WHEN lease_until IS NOT NULL THEN now() - interval '1 s' END WHERE id = $1`,
    [id],
  );
const endHold = (id: string): Promise<unknown> =>
  bench.owner.query(
    `UPDATE operation SET hold = jsonb_set(hold, '{expiresAt}', to_jsonb(now() - interval '1 s')), next_action_at = now() WHERE id = $1`,
    [id],
  );

describe.each(['paused', 'auth-failed'] as const)('a connection that is %s', (kind) => {
  it('has nothing sent and nothing looked up, and its rows left as they are', async () => {
    const queued = await accepted(bench, bench.demo);
    const open = await carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN);
    await Promise.all([queued, open].map(makeDue));
    const before = await Promise.all([queued, open].map((id) => stored(bench, id)));
    await pause(kind);
    expect(await claim(bench.store, 'live', [hint(bench.demo, queued)])).toEqual([]);
    expect(await claim(bench.store, 'lookup', [hint(bench.demo, open)])).toEqual([]);
    for (const lane of ['live', 'lookup'] as const) expect(await claim(bench.store, lane)).toEqual([]);
    expect(await overdue(bench.pools)).toEqual([]);
    expect(await Promise.all([queued, open].map((id) => stored(bench, id)))).toEqual(before);
  });

  it('is swept and worked on again once it is live', async () => {
    const queued = await accepted(bench, bench.demo);
    await makeDue(queued);
    await pause(kind);
    expect(await overdue(bench.pools)).toEqual([]);
    await resume();
    expect(await overdue(bench.pools)).toEqual([{ lane: 'live', connectionId: CONNECTION }]);
    expect((await claim(bench.store, 'live')).map(({ operation }) => operation.id)).toEqual([queued]);
  });

  it('goes on with what needs no supplier', async () => {
    const ended = await heldRedemption(bench, 'soft');
    await endHold(ended);
    const fresh = await redeemed(bench, 'soft');
    await makeDue(fresh);
    const lapsed = await accepted(bench, bench.demo);
    await claimOf(bench.store, bench.demo, lapsed);
    await makeDue(lapsed);
    await pause(kind);
    expect((await overdue(bench.pools)).map(({ lane }) => lane).sort()).toEqual(['live', 'lookup']);
    for (const lane of ['live', 'lookup'] as const) expect(await claim(bench.store, lane)).toEqual([]);
    const states = await Promise.all([ended, fresh, lapsed].map(async (id) => (await stored(bench, id))['state']));
    expect(states).toEqual(['expired', 'held', 'unknown']);
    expect(await overdue(bench.pools)).toEqual([]);
  });
});

describe('the clock of a deadline', () => {
  /** Made an hour ago, its deadline ten seconds past. */
  const tooLate = async (): Promise<string> => {
    const id = await accepted(bench, bench.demo);
    await bench.owner.query(
      `UPDATE operation SET created_at = now() - interval '1 hour', deadline_at = now() - interval '10 s',
         next_action_at = now() - interval '1 s' WHERE id = $1`,
      [id],
    );
    return id;
  };
  const pausedAgo = (from: string, to: string | null): Promise<unknown> =>
    bench.owner.query(
      `INSERT INTO incident (id, connection_id, scheme, kind, reason, opened_at, closed_at)
       SELECT gen_random_uuid(), id, scheme, 'paused', 'test', now() - $2::interval, now() - $3::interval FROM connection WHERE id = $1`,
      [CONNECTION, from, to],
    );
  beforeEach(() => bench.owner.query('DELETE FROM incident'));

  it('cancels an accrual that was never sent when it has run out', async () => {
    const id = await tooLate();
    expect(await claim(bench.store, 'live')).toEqual([]);
    expect(await stored(bench, id)).toMatchObject({ state: 'cancelled', evidence: { by: 'deadline' } });
  });

  it('stands still while the connection is paused: nothing is cancelled, and it is sent after', async () => {
    const id = await tooLate();
    await pause();
    await bench.owner.query(`UPDATE incident SET opened_at = now() - interval '1 minute' WHERE closed_at IS NULL`);
    await claim(bench.store, 'live', [hint(bench.demo, id)]);
    expect(await claim(bench.store, 'live')).toEqual([]);
    expect(await stored(bench, id)).toMatchObject({ state: 'queued' });
    await resume();
    expect((await claim(bench.store, 'live')).map(({ operation }) => operation.id)).toEqual([id]);
  });

  it('goes on after a pause that was too short for it', async () => {
    const id = await tooLate();
    await pausedAgo('20 minutes', '1199 s');
    expect(await claim(bench.store, 'live')).toEqual([]);
    expect(await stored(bench, id)).toMatchObject({ state: 'cancelled' });
  });

  it('counts what stood still since the platform last asked, and no earlier', async () => {
    const id = await redeemed(bench, 'native');
    const since = `UPDATE operation SET deadline_from = now() - $2::interval, deadline_at = now() - interval '10 s',
      next_action_at = now() WHERE id = $1`;
    await pausedAgo('20 minutes', '10 minutes');
    await bench.owner.query(since, [id, '5 minutes']);
    expect(await claim(bench.store, 'live')).toEqual([]);
    expect(await stored(bench, id)).toMatchObject({ state: 'released', evidence: { by: 'deadline' } });
    const other = await redeemed(bench, 'native');
    await bench.owner.query(since, [other, '15 minutes']);
    expect(await claim(bench.store, 'live')).toHaveLength(1);
  });

  it('is not the clock of a hold: that ends whoever may be asked', async () => {
    const id = await heldRedemption(bench, 'soft');
    await pausedAgo('20 minutes', '1 minute');
    await endHold(id);
    await claim(bench.store, 'lookup');
    expect(await stored(bench, id)).toMatchObject({ state: 'expired' });
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
  expect(await count(bench, `operation WHERE lease_token IS NOT NULL AND lease_until IS NULL`)).toBe(0);
});
