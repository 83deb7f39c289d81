import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, carried, claimOf, posted, REPORT, stored } from './operations.js';
import { ask, claimRedemption, heldRedemption, redeemed, reservation } from './redemptions.js';
import { ABSENT, absentAccrual, actOn, askedFor, bodyOf, decide, openSupportBench, requeue } from './support-bench.js';
import { STOPPED, supportOver, type SupportBench, uuidIn } from './support-bench.js';

let bench: SupportBench;
beforeAll(async () => {
  bench = await openSupportBench();
});
afterEach(async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
afterAll(() => bench.close());

const stateOf = async (id: string) => (await stored(bench, id))['state'];
const resend = (operationId: string) => askedFor(bench, bench.anna, { operationId, action: 'resend' });

describe('what our own fault stopped before it was sent', () => {
  const stopped = async () => carried(bench, bench.demo, await accepted(bench, bench.demo), STOPPED);
  const stoppedStep = async (id: string) => {
    const claimed = await claimRedemption(bench, id, 'live');
    if (claimed === undefined) throw new Error('nothing was claimed');
    await bench.store.complete({ claimed, decision: STOPPED, report: REPORT });
    return id;
  };
  const stoppedHold = async () => stoppedStep(await redeemed(bench, 'native', 10));
  /** Of points that we set aside ourselves. */
  const stoppedConfirm = async () => {
    const id = await heldRedemption(bench, 'soft', 10);
    await ask(bench, 'soft', 'confirm', id);
    return stoppedStep(id);
  };

  it('is put back by two people, and is sent with as many tries as at first', async () => {
    const id = await stopped();
    expect(bodyOf<object>(await decide(bench, bench.bert, await resend(id)))).toMatchObject({ state: 'approved' });
    expect(await stored(bench, id)).toMatchObject({ state: 'queued', ever_sent: false, not_sent_tries: 0 });
    expect((await claimOf(bench.store, bench.demo, id)).act).toBe('send');
  });

  it('is cancelled by one person', async () => {
    const id = await stopped();
    await actOn(bench, bench.anna, { operationId: id, action: 'cancel' });
    expect(await stateOf(id)).toBe('cancelled');
  });

  it('holds points once it is put back, and not before', async () => {
    const id = await stoppedHold();
    await decide(bench, bench.bert, await resend(id));
    expect(await stored(bench, id)).toMatchObject({ state: 'requested', ever_sent: false });
    const again = await claimRedemption(bench, id, 'live');
    expect([again?.act, again?.operation.step, again?.operation.state]).toEqual(['send', 'hold', 'holding']);
  });

  it('spends points once it is put back', async () => {
    const id = await stoppedConfirm();
    await decide(bench, bench.bert, await resend(id));
    expect(await stored(bench, id)).toMatchObject({ state: 'held', intent: 'confirm', ever_sent: false });
    const again = await claimRedemption(bench, id, 'lookup');
    expect([again?.act, again?.operation.step, again?.operation.state]).toEqual(['send', 'confirm', 'confirming']);
  });

  it('keeps no points once it is cancelled', async () => {
    const ids = [await stoppedHold(), await stoppedConfirm()];
    for (const operationId of ids) await actOn(bench, bench.anna, { operationId, action: 'cancel' });
    expect(await Promise.all(ids.map(stateOf))).toEqual(['released', 'released']);
    expect(await reservation(bench, ids[1] ?? '')).toMatchObject({ open: false, outcome: 'freed' });
  });
});

describe('what is just being looked up', () => {
  const lookedUp = async (id: string) => {
    await bench.owner.query('UPDATE operation SET next_action_at = clock_timestamp() WHERE id = $1', [id]);
    return claimOf(bench.store, bench.demo, id, 'lookup');
  };
  const inFlight = (pointer: string) => ({
    code: 'ACTION_NOT_POSSIBLE',
    details: { state: 'needs-review', errors: [{ pointer, message: { en: expect.stringContaining('right now') } }] },
  });

  it.each([{ action: 'resend' }, { action: 'settle', evidence: { outcome: 'rejected' } }] as const)(
    'is decided by nobody before its answer, which may overtake them: $action',
    async (asked) => {
      const operationId = await absentAccrual(bench);
      const approval = await askedFor(bench, bench.anna, { operationId, ...asked });
      const claimed = await lookedUp(operationId);
      expect(claimed.act).toBe('look-up');
      await expect(decide(bench, bench.bert, approval)).rejects.toMatchObject(inFlight('/decision'));
      await expect(actOn(bench, bench.anna, { operationId, ...asked })).rejects.toMatchObject(inFlight('/action'));
      const { notNow } = await bench.support.get(bench.anna, operationId, 'en');
      expect(notNow).toEqual(
        expect.arrayContaining([expect.objectContaining({ action: asked.action, why: 'in-flight' })]),
      );
      expect([await stateOf(operationId), (await bench.support.approval(bench.anna, approval)).state]).toEqual([
        'needs-review',
        'pending',
      ]);
      expect(await bench.store.complete({ claimed, decision: posted(), report: REPORT })).toBe('applied');
      expect(bodyOf<object>(await decide(bench, bench.bert, approval))).toMatchObject({ state: 'overtaken' });
      expect(await stateOf(operationId)).toBe('posted');
    },
  );

  it('is decided once a look has brought nothing new, or its lease has lapsed; of a hundred the others wait with it', async () => {
    const operationIds = [await absentAccrual(bench), await absentAccrual(bench)];
    const [first = '', second = ''] = operationIds;
    const shown = { scope: { operationIds }, action: 'resend' } as const;
    const { id } = bodyOf<{ id: string }>(await requeue(bench, bench.anna, { ...shown, dryRun: true }));
    const claimed = await lookedUp(first);
    await lookedUp(second);
    const run = await requeue(bench, bench.anna, { ...shown, dryRun: false, previewId: uuidIn(id) });
    const approval = uuidIn(bodyOf<{ approval: { id: string } }>(run).approval.id);
    await bench.store.complete({ claimed, decision: { ...ABSENT, lookups: 1 }, report: REPORT });
    await expect(decide(bench, bench.bert, approval)).rejects.toMatchObject(inFlight('/decision'));
    expect(await Promise.all(operationIds.map(stateOf))).toEqual(['needs-review', 'needs-review']);
    await bench.owner.query('UPDATE operation SET lease_until = clock_timestamp() WHERE id = $1', [second]);
    await decide(bench, bench.bert, approval);
    expect(await Promise.all(operationIds.map(stateOf))).toEqual(['queued', 'queued']);
  });
});

describe('a connection that cannot be used', () => {
  const broken = () => supportOver(bench.pools, { of: () => Promise.reject(new Error('not installed')) });
  const settle = { action: 'settle', evidence: { outcome: 'rejected' } } as const;

  it('hides nothing from the desk, and keeps people from nothing but what needs its supplier', async () => {
    const id = await absentAccrual(bench);
    const desk = { support: broken() };
    const { items } = await desk.support.list(bench.anna, { order: 'newest' }, { limit: 50 }, 'en');
    expect(items.length).toBeGreaterThan(0);
    const { actions, notNow } = await desk.support.get(bench.anna, id, 'en');
    expect(actions.map(({ action }) => action)).toEqual(['settle']);
    expect(notNow).toMatchObject([
      { action: 'look-up', why: 'not-connected' },
      { action: 'resend', why: 'not-connected' },
      { action: 'cancel', why: 'attempted' },
      { action: 'reverse', why: 'not-posted' },
    ]);
    await decide(desk, bench.bert, await askedFor(desk, bench.anna, { operationId: id, ...settle }));
    expect(await stateOf(id)).toBe('rejected');
  });

  it('is why a requeue leaves its operations out', async () => {
    const scope = { operationIds: [await absentAccrual(bench)] };
    const shown = await requeue({ support: broken() }, bench.anna, { scope, action: 'look-up', dryRun: true });
    expect(bodyOf<object>(shown)).toMatchObject({ total: 0, items: [{ leftOut: 'not-connected' }] });
  });

  it('lets a resend wait for it that was asked for before', async () => {
    const id = await absentAccrual(bench);
    const approval = await resend(id);
    await expect(decide({ support: broken() }, bench.bert, approval)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await bench.support.approval(bench.anna, approval)).state).toBe('pending');
    await decide(bench, bench.bert, approval);
    expect(await stateOf(id)).toBe('queued');
  });
});
