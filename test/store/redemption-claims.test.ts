import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Claimed, Snapshot } from '../../src/core/operation/ports.js';
import { LEARNT_OF_REDEMPTION } from '../core/operation/redemption-situations.js';
import { brokenInvariants } from '../support/invariants.js';
import { count, stored } from './operations.js';
import {
  abandon,
  ask,
  carriedBy,
  claimRedemption,
  completedBy,
  doneReceipt,
  endHoldIn,
  heldRedemption,
  holdReceipt,
  openRedemptionBench,
  redeemed,
  type RedemptionBench,
} from './redemptions.js';

let bench: RedemptionBench;
beforeAll(async () => {
  bench = await openRedemptionBench();
  bench.says(1_000_000);
});
afterAll(() => bench.close());
/** What an earlier test left open is nobody's any more. */
beforeEach(async () => {
  await bench.owner.query(
    `UPDATE operation SET next_action_at = now() + interval '1 day' WHERE next_action_at IS NOT NULL`,
  );
});

const LOST = LEARNT_OF_REDEMPTION['lost answer'];

async function claimOf(id: string, lane: 'live' | 'lookup'): Promise<Claimed> {
  const claimed = await claimRedemption(bench, id, lane);
  if (claimed === undefined) throw new Error('nothing was claimed');
  return claimed;
}
/** Makes an operation due now. */
const due = (id: string) =>
  bench.owner.query(`UPDATE operation SET next_action_at = now() - interval '1 s' WHERE id = $1`, [id]);
/** Ages differ by what passed between two readings; what they are counted from does not. */
function withoutAges(snapshot: Snapshot): Record<string, unknown> {
  const { sinceFirstSentMs, sinceLastSentMs, unknownForMs } = snapshot;
  const counted = [sinceFirstSentMs, sinceLastSentMs, unknownForMs].map((ms) =>
    ms === null ? null : Math.round(ms / 10_000),
  );
  const { state, step, intent, attempts, everSent, lookups, absences, notSentTries } = snapshot;
  return { state, step, intent, attempts, everSent, lookups, absences, notSentTries, counted };
}

describe('a claim', () => {
  it('judges by the redemption as it will be read again', async () => {
    const id = await redeemed(bench, 'native');
    const reread = async () => (await bench.store.subject(bench.demo.id, id))?.snapshot;
    const claims: string[] = [];
    const check = async (claimed: Claimed): Promise<Claimed> => {
      const now = await reread();
      if (now === undefined) throw new Error('it is gone');
      expect(withoutAges(claimed.snapshot)).toEqual(withoutAges(now));
      expect(claimed.operation).toMatchObject({ state: now.state, step: now.step, attempts: now.attempts });
      const { version } = claimed.operation;
      expect(await stored(bench, id)).toMatchObject({ version, lease_token: claimed.token });
      claims.push(`${claimed.act} ${claimed.operation.state}`);
      return claimed;
    };
    await completedBy(bench, await check(await claimOf(id, 'live')), LOST);
    await due(id);
    await completedBy(bench, await check(await claimOf(id, 'lookup')), await holdReceipt(bench));
    await ask(bench, 'native', 'confirm', id);
    await completedBy(bench, await check(await claimOf(id, 'live')), LOST);
    await due(id);
    await completedBy(bench, await check(await claimOf(id, 'lookup')), LEARNT_OF_REDEMPTION['not sent']);
    await ask(bench, 'native', 'release', id);
    await completedBy(bench, await check(await claimOf(id, 'lookup')), LEARNT_OF_REDEMPTION['look-up failed']);
    expect(claims).toEqual([
      'send holding',
      'repeat holding',
      'send confirming',
      'repeat confirming',
      'look-up unknown',
    ]);
  });

  it('of a step that begins forgets what was counted for the step before', async () => {
    const id = await redeemed(bench, 'native');
    await completedBy(bench, await claimOf(id, 'live'), LOST);
    await due(id);
    await completedBy(bench, await claimOf(id, 'lookup'), await holdReceipt(bench));
    await bench.owner.query(
      `UPDATE operation SET lookups = 4, absences = 2, not_sent_tries = 3, resume = 'T-1', first_sent_at = now() - interval '8 days' WHERE id = $1`,
      [id],
    );
    await ask(bench, 'native', 'confirm', id);
    const pivoted = {
      lookups: 0,
      absences: 0,
      not_sent_tries: 0,
      resume: null,
      first_sent_at: null,
      last_sent_at: null,
    };
    expect(await stored(bench, id)).toMatchObject({ step: 'confirm', ...pivoted, unknown_since: null });
    const claimed = await claimOf(id, 'live');
    expect(claimed).toMatchObject({ act: 'send', resume: null, snapshot: { sinceFirstSentMs: 0, unknownForMs: null } });
  });

  it('that looks leaves the next look to its lease, not to the end of the hold', async () => {
    const id = await heldRedemption(bench, 'native');
    await endHoldIn(bench, id, -1);
    const claimed = await claimOf(id, 'lookup');
    expect(claimed).toMatchObject({ act: 'look-up', operation: { state: 'held', version: 3 } });
    const row = await stored(bench, id);
    expect(row['next_action_at']).toEqual(row['lease_until']);
  });
});

describe('what is held', () => {
  it('comes due when its hold ends, and nobody is woken before', async () => {
    for (const flow of ['native', 'soft'] as const) {
      const id = await heldRedemption(bench, flow);
      const { hold, next_action_at: at } = await stored(bench, id);
      expect((at as Date).toISOString()).toBe((hold as { expiresAt: string }).expiresAt);
      expect(await claimRedemption(bench, id, 'lookup')).toBeUndefined();
      expect(await count(bench, `outbox WHERE operation_id = $1 AND lane = 'lookup'`, [id])).toBe(0);
    }
  });

  it('is confirmed again by itself after a confirm that was not sent, and no sooner than that was to be', async () => {
    const id = await heldRedemption(bench, 'soft');
    await ask(bench, 'soft', 'confirm', id);
    await carriedBy(bench, id, 'live', LEARNT_OF_REDEMPTION.throttled);
    expect(await stored(bench, id)).toMatchObject({ state: 'held', intent: 'confirm', not_sent_tries: 0 });
    expect(
      await count(
        bench,
        `operation WHERE id = $1 AND next_action_at BETWEEN now() + interval '1 s' AND now() + interval '4 s'`,
        [id],
      ),
    ).toBe(1);
    expect(await count(bench, `outbox WHERE operation_id = $1 AND lane = 'lookup'`, [id])).toBe(1);
    await due(id);
    await carriedBy(bench, id, 'lookup', doneReceipt());
    expect(await stored(bench, id)).toMatchObject({ state: 'confirmed', attempts: 2 });
  });

  it('and not confirmed in time goes back to waiting for its hold’s end, and may be confirmed anew', async () => {
    const id = await heldRedemption(bench, 'soft');
    await ask(bench, 'soft', 'confirm', id);
    await bench.owner.query(`UPDATE operation SET deadline_at = now() WHERE id = $1`, [id]);
    expect(await claimRedemption(bench, id, 'live')).toBeUndefined();
    const row = await stored(bench, id);
    expect(row).toMatchObject({ state: 'held', intent: null, attempts: 0 });
    expect((row['next_action_at'] as Date).toISOString()).toBe((row['hold'] as { expiresAt: string }).expiresAt);
    await ask(bench, 'soft', 'confirm', id);
    await carriedBy(bench, id, 'live', doneReceipt());
    expect(await stored(bench, id)).toMatchObject({ state: 'confirmed', attempts: 1 });
  });
});

/** What the process did last before it died, and how the redemption stands when another one comes. */
describe('a process that dies', () => {
  it('after the acceptance leaves a redemption that any other takes up', async () => {
    const id = await redeemed(bench, 'native');
    expect(await count(bench, `outbox WHERE operation_id = $1 AND lane = 'live'`, [id])).toBe(1);
    await bench.owner.query('DELETE FROM outbox WHERE operation_id = $1', [id]);
    const sweep = await bench.owner.query<{ ms: number }>(
      `SELECT (extract(epoch FROM next_action_at - created_at) * 1000)::int AS ms FROM operation WHERE id = $1`,
      [id],
    );
    expect(sweep.rows).toEqual([{ ms: 15_000 }]);
    await due(id);
    expect(await claimOf(id, 'live')).toMatchObject({ act: 'send', operation: { state: 'holding' } });
  });

  it('inside the pivot’s transaction leaves it held', async () => {
    const id = await heldRedemption(bench, 'native');
    await bench.owner.query(`ALTER TABLE idempotency_key ADD CONSTRAINT none CHECK (key <> 'k-dies') NOT VALID`);
    await expect(ask(bench, 'native', 'confirm', id, 'k-dies')).rejects.toMatchObject({ code: '23514' });
    await bench.owner.query('ALTER TABLE idempotency_key DROP CONSTRAINT none');
    expect(await stored(bench, id)).toMatchObject({ state: 'held', intent: null, step: 'hold', version: 3 });
    expect(await ask(bench, 'native', 'confirm', id, 'k-dies')).toMatchObject({ status: 202, replayed: false });
  });

  it('after the pivot and before any claim leaves a confirm that is sent by whoever is there', async () => {
    const id = await heldRedemption(bench, 'native');
    await ask(bench, 'native', 'confirm', id);
    await bench.owner.query('DELETE FROM outbox WHERE operation_id = $1', [id]);
    await carriedBy(bench, id, 'live', doneReceipt());
    expect(await stored(bench, id)).toMatchObject({ state: 'confirmed', attempts: 2 });
  });

  it.each<['hold' | 'confirm' | 'release', 'live' | 'lookup']>([
    ['hold', 'lookup'],
    ['confirm', 'live'],
    ['release', 'live'],
  ])('in a %s leaves an unknown outcome, in the lane %s that finds it', async (step, lane) => {
    const id = step === 'hold' ? await redeemed(bench, 'native') : await heldRedemption(bench, 'native');
    if (step !== 'hold') await ask(bench, 'native', step, id);
    const claimed = await claimOf(id, 'live');
    await abandon(bench, id);
    const attempts = (await stored(bench, id))['attempts'];
    // Found lapsed it becomes unknown, and nothing is sent with that.
    expect(await claimRedemption(bench, id, lane)).toBeUndefined();
    expect(await stored(bench, id)).toMatchObject({
      state: 'unknown',
      step,
      attempts,
      ever_sent: true,
      lease_token: null,
    });
    const learnt = step === 'hold' ? await holdReceipt(bench) : doneReceipt();
    expect(await completedBy(bench, claimed, learnt)).toBe('stale');
    expect(await claimOf(id, 'lookup')).toMatchObject({ act: step === 'release' ? 'look-up' : 'repeat' });
  });

  it('in a completion’s transaction leaves the claim, and the next try completes it', async () => {
    const id = await heldRedemption(bench, 'soft');
    await ask(bench, 'soft', 'confirm', id);
    const claimed = await claimOf(id, 'live');
    await bench.owner.query(`ALTER TABLE ledger_transaction ADD CONSTRAINT none CHECK (kind <> 'posting') NOT VALID`);
    const learnt = doneReceipt();
    await expect(completedBy(bench, claimed, learnt)).rejects.toMatchObject({ code: '23514' });
    await bench.owner.query('ALTER TABLE ledger_transaction DROP CONSTRAINT none');
    expect(await stored(bench, id)).toMatchObject({ state: 'confirming', lease_token: claimed.token });
    expect(await count(bench, 'reservation WHERE operation_id = $1 AND ended_at IS NULL', [id])).toBe(1);
    expect(await completedBy(bench, claimed, learnt)).toBe('applied');
    expect(await completedBy(bench, claimed, learnt)).toBe('stale');
    expect(await count(bench, 'ledger_transaction WHERE operation_id = $1', [id])).toBe(1);
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
