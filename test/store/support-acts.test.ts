import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { fromTypeId, toTypeId } from '../../src/spec/typeid.js';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, accrual, carried, claimOf, postedAccrual, REJECTED, stored, UNKNOWN } from './operations.js';
import { ends, heldRedemption, redeemed, reservation, tally } from './redemptions.js';
import {
  absentAccrual,
  actOn,
  askedFor,
  audited,
  bodyOf,
  openSupportBench,
  type SupportBench,
  uuidIn,
} from './support-bench.js';
import { request } from './store-bench.js';

let bench: SupportBench;
beforeAll(async () => {
  bench = await openSupportBench();
});
afterEach(async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
afterAll(() => bench.close());

const page = (limit = 50, cursor?: string) => ({ limit, cursor });

describe('the desk', () => {
  it('shows one operation with its attempts, what happened to it and what can be done', async () => {
    const id = await absentAccrual(bench);
    const approval = await askedFor(bench, bench.anna, { operationId: id, action: 'resend' });
    const file = await bench.support.get(bench.anna, id, 'zh');
    expect(file.operation).toMatchObject({ state: 'needs-review', evidence: { absent: true } });
    expect(file.attempts).toMatchObject([
      { action: 'send', effect: 'write', outcome: 'receipt', status: 200, latencyMs: 5 },
    ]);
    expect(file.timeline.map(({ from, to }) => [from, to])).toEqual([
      [null, 'queued'],
      ['queued', 'sending'],
      ['sending', 'needs-review'],
    ]);
    expect(file.actions.map(({ action, needsSecondPerson }) => [action, needsSecondPerson])).toEqual([
      ['look-up', false],
      ['resend', true],
      ['settle', true],
    ]);
    expect(file.notNow).toContainEqual({ action: 'cancel', why: 'attempted', message: '已尝试发送，不能再取消。' });
    expect(file.approvals).toMatchObject([{ id: toTypeId('apr', approval), state: 'pending', act: 'resend' }]);
  });

  it('lists what waits for a person by age, either way round, page by page', async () => {
    for (let i = 0; i < 3; i += 1) await absentAccrual(bench);
    const list = async (order: 'newest' | 'oldest', limit: number) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const filter = { state: 'needs-review', scheme: 'blue-air', reviewReason: 'absent', order } as const;
        const { items, next } = await bench.support.list(bench.anna, filter, page(limit, cursor), 'en');
        ids.push(...items.map(({ operation }) => operation.id));
        cursor = next ?? undefined;
      } while (cursor !== undefined);
      return ids;
    };
    const newest = await list('newest', 2);
    expect(newest.length).toBeGreaterThan(3);
    expect(await list('oldest', 100)).toEqual(newest.toReversed());
    const old = await bench.support.list(bench.anna, { olderThan: 3600, order: 'newest' }, page(), 'en');
    expect(old.items).toEqual([]);
    expect((await bench.support.list(bench.anna, { olderThan: 0, order: 'newest' }, page(1), 'en')).items).toHaveLength(
      1,
    );
    const rejected = await bench.support.list(bench.anna, { reviewReason: 'deadline', order: 'newest' }, page(), 'en');
    expect(rejected.items).toEqual([]);
  });

  it("is another tenant's, and another organisation's, only where they are", async () => {
    const operationId = await absentAccrual(bench);
    const within = { ...bench.anna, organisation: 'acme/sales' };
    for (const stranger of [bench.carl, within, bench.admin]) {
      await expect(bench.support.get(stranger, operationId, 'en')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      for (const action of ['look-up', 'resend', 'cancel', 'reverse'] as const) {
        await expect(actOn(bench, stranger, { operationId, action })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      }
      expect((await bench.support.list(stranger, { order: 'newest' }, page(), 'en')).items).toEqual([]);
    }
    await bench.owner.query(`UPDATE operation SET organisation = 'acme/sales/east' WHERE id = $1`, [operationId]);
    expect((await bench.support.get(within, operationId, 'en')).operation.organisation).toBe('acme/sales/east');
    const approval = await askedFor(bench, within, { operationId, action: 'resend' });
    expect((await bench.support.approvals(within, {}, page())).items).toMatchObject([
      { id: toTypeId('apr', approval) },
    ]);
  });
});

describe('cancelling', () => {
  it('ends what was never sent, by one person, once', async () => {
    const input = accrual(bench.demo);
    const operationId = await accepted(bench, bench.demo, input);
    const answer = await actOn(bench, bench.anna, { operationId, action: 'cancel' }, 'cancel-1');
    expect(bodyOf<object>(answer)).toMatchObject({
      action: 'cancel',
      operation: { state: 'cancelled' },
      approval: null,
    });
    expect((await actOn(bench, bench.anna, { operationId, action: 'cancel' }, 'cancel-1')).replayed).toBe(true);
    const again = actOn(bench, bench.anna, { operationId, action: 'cancel' });
    await expect(again).rejects.toMatchObject({
      code: 'ACTION_NOT_POSSIBLE',
      details: { state: 'cancelled', errors: [{ pointer: '/action' }] },
    });
    expect((await audited(bench, 'operation.cancel')).at(-1)).toMatchObject({
      subject: toTypeId('op', operationId),
      actor: toTypeId('key', bench.anna.keyId),
      reason: 'Supplier wrote',
      before: { state: 'queued' },
      after: { state: 'cancelled' },
    });
    // The trip is free again.
    expect(await accepted(bench, bench.demo, input)).not.toBe(operationId);
  });

  it('and a claim at the same instant: one of them is first', async () => {
    for (let i = 0; i < 10; i += 1) {
      const operationId = await accepted(bench, bench.demo);
      const [cancelled, claimed] = await Promise.allSettled([
        actOn(bench, bench.anna, { operationId, action: 'cancel' }),
        claimOf(bench.store, bench.demo, operationId),
      ]);
      expect(cancelled.status).not.toBe(claimed.status);
      expect((await stored(bench, operationId))['state']).toBe(
        cancelled.status === 'fulfilled' ? 'cancelled' : 'sending',
      );
    }
  });

  it('lets go of a redemption as its release does', async () => {
    const held = await heldRedemption(bench, 'soft', 10);
    await actOn(bench, bench.anna, { operationId: held, action: 'cancel' });
    expect([(await stored(bench, held))['state'], await reservation(bench, held)]).toMatchObject([
      'released',
      { outcome: 'freed' },
    ]);
    const native = await heldRedemption(bench, 'native', 10);
    await actOn(bench, bench.anna, { operationId: native, action: 'cancel' });
    expect(await stored(bench, native)).toMatchObject({ state: 'releasing', intent: 'release' });
    const fresh = await redeemed(bench, 'native', 10);
    await actOn(bench, bench.anna, { operationId: fresh, action: 'cancel' });
    expect((await stored(bench, fresh))['state']).toBe('released');
  });
});

describe('reversing', () => {
  it('makes one linked reversal of all that is left, kept with its reason', async () => {
    const operationId = await postedAccrual(bench, bench.demo);
    const answer = await actOn(bench, bench.anna, { operationId, action: 'reverse' }, 'reverse-1');
    const { reversalId, operation } = bodyOf<{ reversalId: string; operation: object }>(answer);
    expect([answer.location, operation]).toMatchObject([`/v1/operations/${reversalId}`, { state: 'posted' }]);
    const reversal = await stored(bench, fromTypeId('op', reversalId) ?? '');
    expect(reversal).toMatchObject({ kind: 'reversal', original_id: operationId, points: '500', state: 'queued' });
    expect((await actOn(bench, bench.anna, { operationId, action: 'reverse' }, 'reverse-1')).body).toBe(answer.body);
    expect((await audited(bench, 'operation.reverse')).at(-1)).toMatchObject({
      subject: toTypeId('op', operationId),
      after: { reversal: reversalId },
    });
  });

  it('at once, twenty times, makes one', async () => {
    const operationId = await postedAccrual(bench, bench.demo);
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => actOn(bench, bench.anna, { operationId, action: 'reverse' })),
    );
    const made = tries.filter(({ status }) => status === 'fulfilled');
    expect(made).toHaveLength(1);
    const refused = ends(tries.filter(({ status }) => status === 'rejected'));
    expect(
      Object.keys(tally(refused)).every((end) => /^(ACTION_NOT_POSSIBLE posted|ALREADY_REVERSED)$/.test(end)),
    ).toBe(true);
  });
});

describe('looking', () => {
  it('starts a resync of that one operation, and the same again for the same key', async () => {
    const operationId = await carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN);
    const look = () => actOn(bench, bench.anna, { operationId, action: 'look-up' }, 'look-1');
    const answer = await look();
    const { resyncId } = bodyOf<{ resyncId: string }>(answer);
    expect(answer.location).toBe(`/v1/support/resyncs/${resyncId}`);
    expect(await look()).toMatchObject({ body: answer.body, replayed: true });
    const items = await bench.owner.query('SELECT operation_id FROM resync_item WHERE resync_id = $1', [
      fromTypeId('rsy', resyncId),
    ]);
    expect(items.rows).toEqual([{ operation_id: operationId }]);
    expect((await audited(bench, 'operation.look-up')).at(-1)).toMatchObject({ subject: toTypeId('op', operationId) });
  });

  it('is refused where there is nothing to look at', async () => {
    const operationId = await accepted(bench, bench.demo);
    const look = actOn(bench, bench.anna, { operationId, action: 'look-up' });
    await expect(look).rejects.toMatchObject({ code: 'ACTION_NOT_POSSIBLE', details: { state: 'queued' } });
  });
});

it('a reason that names a member is refused, and kept nowhere', async () => {
  const operationId = await carried(bench, bench.demo, await accepted(bench, bench.demo), REJECTED);
  // The bench's first link has the number 1.
  const reason = 'Traveller of number 1 misses points';
  for (const action of ['look-up', 'reverse', 'cancel'] as const) {
    await expect(actOn(bench, bench.anna, { operationId, action, reason })).rejects.toMatchObject({
      code: 'INVALID',
      details: { errors: [{ pointer: '/reason' }] },
    });
  }
  const kept = await bench.owner.query('SELECT FROM audit WHERE reason = $1', [reason]);
  expect(kept.rowCount).toBe(0);
});

describe("a person's own words", () => {
  const linked = (number: string) =>
    bench.owner.query('UPDATE link SET member_index = sha256($1::text::bytea) WHERE id = $2', [
      number,
      bench.demo.links[0],
    ]);

  it('that were found right are not judged again: what was answered is answered again', async () => {
    const operationId = await absentAccrual(bench);
    const asked = { operationId, action: 'settle', reason: 'Case 777', evidence: { outcome: 'posted' } } as const;
    const first = await actOn(bench, bench.anna, asked, 'words');
    const { approval } = bodyOf<{ approval: { id: string } }>(first);
    const said = { approvalId: uuidIn(approval.id), decision: 'decline', reason: 'Not case 777' } as const;
    const decided = await bench.support.decide(bench.bert, said, request(said, 'said'));
    const shown = {
      scope: { operationIds: [operationId] },
      action: 'look-up',
      dryRun: true,
      reason: 'Case 777',
    } as const;
    const preview = await bench.support.requeue(bench.anna, shown, request(shown, 'shown'), 'en');
    await linked('777');
    const again = await actOn(bench, bench.anna, asked, 'words');
    expect(again).toMatchObject({ body: first.body, replayed: true });
    expect(await bench.support.decide(bench.bert, said, request(said, 'said'))).toMatchObject({ body: decided.body });
    expect(await bench.support.requeue(bench.anna, shown, request(shown, 'shown'), 'en')).toMatchObject({
      body: preview.body,
    });
    await expect(actOn(bench, bench.anna, asked)).rejects.toMatchObject({
      details: { errors: [{ pointer: '/reason' }] },
    });
  });

  it('name no member of the tenant; those of the operator, which others read, nobody’s', async () => {
    const words = { approvalId: await askedFor(bench, bench.anna, await settling()), decision: 'decline' } as const;
    await linked('777');
    const say = (caller: typeof bench.anna, reason: string) =>
      bench.support.decide(caller, { ...words, reason }, request(reason));
    await bench.owner.query('UPDATE link SET member_index = sha256($1::text::bytea) WHERE id = $2', [
      '888',
      bench.other.links[0],
    ]);
    for (const reason of ['Member 777', 'Member 888']) {
      await expect(say(bench.admin, reason)).rejects.toMatchObject({ code: 'INVALID' });
    }
    await expect(say(bench.bert, 'Member 777')).rejects.toMatchObject({ code: 'INVALID' });
    expect((await say(bench.bert, 'Member 888')).status).toBe(202);
  });

  const settling = async () =>
    ({ operationId: await absentAccrual(bench), action: 'settle', evidence: { outcome: 'posted' } }) as const;
});
