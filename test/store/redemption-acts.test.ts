import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import { LEARNT_OF_REDEMPTION } from '../core/operation/redemption-situations.js';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, count, stored } from './operations.js';
import {
  ask,
  carriedBy,
  claimRedemption,
  completedBy,
  doneReceipt,
  endHoldIn,
  ends,
  type Flow,
  heldRedemption,
  holdReceipt,
  openRedemptionBench,
  redeemed,
  type RedemptionBench,
  tally,
} from './redemptions.js';
import { request } from './store-bench.js';

let bench: RedemptionBench;
beforeAll(async () => {
  bench = await openRedemptionBench();
  bench.says(1_000_000);
});
afterAll(() => bench.close());

const CLIENTS = 50;
/** The states that an act passes a held redemption to. */
const AFTER: Readonly<Record<Flow, Readonly<Record<'confirm' | 'release', string>>>> = {
  native: { confirm: 'confirming', release: 'releasing' },
  soft: { confirm: 'confirming', release: 'released' },
};

function fromEverywhere(act: (index: number) => Promise<Answer>): Promise<PromiseSettledResult<Answer>[]> {
  return Promise.allSettled(Array.from({ length: CLIENTS }, (_none, index) => act(index)));
}
async function eventsOf(id: string): Promise<string[]> {
  const found = await bench.owner.query<{ to_state: string }>(
    'SELECT to_state FROM event WHERE subject_id = $1 ORDER BY sequence',
    [id],
  );
  return found.rows.map((row) => row.to_state);
}
const wakeUps = (id: string, lane: string): Promise<number> =>
  count(bench, 'outbox WHERE operation_id = $1 AND lane = $2', [id, lane]);

describe.each(['native', 'soft'] as const)('of a %s hold', (flow) => {
  it('cancel and confirm from 50 clients at once: one wins, and the others are told where it stands', async () => {
    for (let round = 0; round < 6; round += 1) {
      const id = await heldRedemption(bench, flow);
      const before = await stored(bench, id);
      const acts = (['confirm', 'release'] as const).map((act) => ({ act, after: AFTER[flow][act] }));
      const first = round % 2;
      const tries = await fromEverywhere((index) => ask(bench, flow, acts[(index + first) % 2]?.act ?? 'confirm', id));
      const state = String((await stored(bench, id))['state']);
      expect(tally(ends(tries))).toEqual({ [state]: 1, [`REDEMPTION_STATE ${state}`]: CLIENTS - 1 });
      expect(acts.map(({ after }) => after)).toContain(state);
      expect(await stored(bench, id)).toMatchObject({
        version: Number(before['version']) + 1,
        attempts: before['attempts'],
      });
      expect((await eventsOf(id)).slice(-2)).toEqual(['held', state]);
    }
  });

  it('confirm from 50 clients at once is one confirm', async () => {
    const id = await heldRedemption(bench, flow);
    const tries = await fromEverywhere(() => ask(bench, flow, 'confirm', id));
    expect(tally(ends(tries))).toEqual({ confirming: 1, 'REDEMPTION_STATE confirming': CLIENTS - 1 });
    expect(await count(bench, 'idempotency_key WHERE operation_id = $1', [id])).toBe(2);
    expect(await wakeUps(id, 'live')).toBe(2);
  });

  it('confirm from 50 clients under one key is one confirm with one answer', async () => {
    const id = await heldRedemption(bench, flow);
    const tries = await fromEverywhere(() => ask(bench, flow, 'confirm', id, `k-${id}`));
    const answers = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(answers).toHaveLength(CLIENTS);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await stored(bench, id)).toMatchObject({ state: 'confirming' });
  });

  it('a confirm is answered as it was at first, whatever became of it', async () => {
    const id = await heldRedemption(bench, flow);
    const first = await ask(bench, flow, 'confirm', id, `k-${id}`);
    await carriedBy(bench, id, 'live', doneReceipt());
    const again = await ask(bench, flow, 'confirm', id, `k-${id}`);
    expect(again).toMatchObject({ status: 202, body: first.body, replayed: true });
    expect(JSON.parse(first.body)).toMatchObject({ state: 'confirming', step: 'confirm', intent: 'confirm' });
    expect(ends(await Promise.allSettled([ask(bench, flow, 'confirm', id)]))).toEqual(['REDEMPTION_STATE confirmed']);
    expect(ends(await Promise.allSettled([ask(bench, flow, 'release', id)]))).toEqual(['REDEMPTION_STATE confirmed']);
    await expect(ask(bench, flow, 'release', id, `k-${id}`)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('an act that was refused has not used up its key', async () => {
    const id = await redeemed(bench, flow);
    await expect(ask(bench, flow, 'confirm', id, `k-${id}`)).rejects.toMatchObject({
      code: 'REDEMPTION_STATE',
      details: { operationId: id, state: 'requested' },
    });
    if (flow === 'native') await carriedBy(bench, id, 'live', await holdReceipt(bench));
    else await claimRedemption(bench, id, 'live');
    expect(await ask(bench, flow, 'confirm', id, `k-${id}`)).toMatchObject({ status: 202, replayed: false });
  });

  it('a confirm on a hold that is about to end is refused, by the database’s clock', async () => {
    const id = await heldRedemption(bench, flow);
    await endHoldIn(bench, id, 31);
    await expect(ask(bench, flow, 'confirm', id)).rejects.toMatchObject({
      code: 'HOLD_ENDING',
      details: { operationId: id },
    });
    expect(await stored(bench, id)).toMatchObject({ state: 'held', intent: null });
    await endHoldIn(bench, id, 60);
    expect(await ask(bench, flow, 'confirm', id)).toMatchObject({ status: 202 });
  });

  it('nothing is there for another tenant, another organisation, or under the id of anything else', async () => {
    const id = await heldRedemption(bench, flow);
    const accrual = await accepted(bench, bench.demo);
    const strangers = [bench.other.caller, { ...bench.demo.caller, organisation: 'acme' }];
    for (const act of ['confirm', 'release'] as const) {
      for (const caller of strangers) {
        await expect(bench[flow][act](caller, id, request({ act }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      }
      for (const nothing of [accrual, randomUUID()])
        await expect(ask(bench, flow, act, nothing)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await stored(bench, id)).toMatchObject({ state: 'held', version: flow === 'native' ? 3 : 2 });
  });
});

describe('a release that is asked for while something is under way', () => {
  it('is noted beside the lease, and the answer under way is still taken', async () => {
    const id = await redeemed(bench, 'native');
    const claimed = await claimRedemption(bench, id, 'live');
    if (claimed === undefined) throw new Error('nothing was claimed');
    const before = await stored(bench, id);
    const answer = await ask(bench, 'native', 'release', id);
    expect(JSON.parse(answer.body)).toMatchObject({ state: 'holding', intent: 'release' });
    const noted = await stored(bench, id);
    const kept = ['state', 'version', 'lease_token', 'lease_until', 'next_action_at', 'attempts'] as const;
    expect(kept.map((column) => noted[column])).toEqual(kept.map((column) => before[column]));
    expect(await completedBy(bench, claimed, await holdReceipt(bench))).toBe('applied');
    expect(await stored(bench, id)).toMatchObject({ state: 'held', intent: 'release' });
    // Due at once, not at the end of its hold, and somebody is woken for it.
    expect(await count(bench, 'operation WHERE id = $1 AND next_action_at <= now()', [id])).toBe(1);
    expect(await wakeUps(id, 'lookup')).toBe(1);
    await carriedBy(bench, id, 'lookup', doneReceipt());
    expect(await stored(bench, id)).toMatchObject({ state: 'released', step: 'release', intent: null });
    expect(await eventsOf(id)).toEqual(['requested', 'holding', 'held', 'releasing', 'released']);
  });

  it('from 50 clients is noted once and again, and changes nothing more', async () => {
    const id = await redeemed(bench, 'native');
    await claimRedemption(bench, id, 'live');
    const tries = await fromEverywhere((index) => ask(bench, 'native', index % 2 === 0 ? 'release' : 'confirm', id));
    expect(tally(ends(tries))).toEqual({ holding: CLIENTS / 2, 'REDEMPTION_STATE holding': CLIENTS / 2 });
    expect(await stored(bench, id)).toMatchObject({ state: 'holding', version: 2, intent: 'release' });
  });

  it('of an unknown confirm is looked at now, and the confirm is not sent again', async () => {
    const id = await heldRedemption(bench, 'native');
    await ask(bench, 'native', 'confirm', id);
    await carriedBy(bench, id, 'live', LEARNT_OF_REDEMPTION['lost answer']);
    await bench.owner.query('DELETE FROM outbox WHERE operation_id = $1', [id]);
    await bench.owner.query(`UPDATE operation SET next_action_at = now() + interval '1 hour' WHERE id = $1`, [id]);
    const answer = await ask(bench, 'native', 'release', id);
    expect(JSON.parse(answer.body)).toMatchObject({ state: 'unknown', intent: 'release' });
    expect(await wakeUps(id, 'lookup')).toBe(1);
    const look = await claimRedemption(bench, id, 'lookup');
    expect(look).toMatchObject({ act: 'look-up', operation: { state: 'unknown', attempts: 2 } });
    if (look === undefined) return;
    await completedBy(bench, look, LEARNT_OF_REDEMPTION['found confirmed']);
    expect(await stored(bench, id)).toMatchObject({ state: 'confirmed', intent: null });
  });

  it('brings no second look forward that has to come after a gap', async () => {
    const id = await heldRedemption(bench, 'native');
    await ask(bench, 'native', 'confirm', id);
    await carriedBy(bench, id, 'live', LEARNT_OF_REDEMPTION['lost answer']);
    await bench.owner.query(
      `UPDATE operation SET absences = 1, next_action_at = now() + interval '5 s' WHERE id = $1`,
      [id],
    );
    await bench.owner.query('DELETE FROM outbox WHERE operation_id = $1', [id]);
    const before = await stored(bench, id);
    await ask(bench, 'native', 'release', id);
    expect(await stored(bench, id)).toMatchObject({ intent: 'release', next_action_at: before['next_action_at'] });
    expect(await wakeUps(id, 'lookup')).toBe(0);
  });

  it('beats a look at its hold, whose answer then changes nothing', async () => {
    const id = await heldRedemption(bench, 'native');
    await endHoldIn(bench, id, -1);
    const look = await claimRedemption(bench, id, 'lookup');
    if (look === undefined) throw new Error('nothing was claimed');
    expect(look).toMatchObject({ act: 'look-up', operation: { state: 'held' } });
    await expect(ask(bench, 'native', 'confirm', id)).rejects.toMatchObject({ code: 'HOLD_ENDING' });
    await ask(bench, 'native', 'release', id);
    expect(await completedBy(bench, look, LEARNT_OF_REDEMPTION['found expired'])).toBe('stale');
    expect(await stored(bench, id)).toMatchObject({ state: 'releasing', lease_token: null });
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
