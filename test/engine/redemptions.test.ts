import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { brokenInvariants, ledgerPoints } from '../support/invariants.js';
import { redisUrl } from '../support/redis.js';
import { linkSpender, redeemPoints } from '../support/travellers.js';
import { openRedemptionPlace, type RedemptionPlace } from './redemption-place.js';

const RAIL = 'china-railway';
const AIR = 'northwind-air';
const redis = redisUrl();
const backends = [{ queue: 'PostgreSQL', url: null }, ...(redis === null ? [] : [{ queue: 'Redis', url: redis }])];

/** Ways there: the railway holds by a call, at the airline the hold is ours. */
const HELD = { [RAIL]: 'requested holding held', [AIR]: 'requested held' } as const;
const RELEASED = { [RAIL]: 'releasing released', [AIR]: 'released' } as const;

describe.each(backends)('with the queue on $queue', ({ url }) => {
  let place: RedemptionPlace;
  beforeAll(async () => {
    place = await openRedemptionPlace(url);
  });
  afterAll(() => place.close());

  const balanceOf = async (linkId: string) =>
    (await place.bench.gateway.links.account(place.bench.demo, linkId, 0)).balance;

  describe.each([RAIL, AIR] as const)('at %s', (scheme) => {
    it('a hold that is confirmed is one effect in both books', async () => {
      const { id, linkId, member } = await place.held(scheme, 1_200);
      expect(await balanceOf(linkId)).toMatchObject({
        available: member.balance - 1_200,
        // The railway takes what it holds off the balance and does not say how much that is.
        held: scheme === AIR ? 1_200 : null,
      });
      expect(await place.act('confirm', id)).toBe('confirming');
      const confirmed = await place.inState(id, 'confirmed');
      expect(confirmed).toMatchObject({ points: 1_200, step: 'confirm', intent: null, nextActionAt: null });
      expect(await place.effects(scheme, id)).toMatchObject([
        { points: -1_200, kind: 'redemption', memberNumber: member.memberNumber },
      ]);
      expect(await place.path(id)).toBe(`${HELD[scheme]} confirming confirmed`);
      expect((await balanceOf(linkId)).available).toBe(member.balance - 1_200);
      expect(await ledgerPoints(place.bench.ownerUrl, scheme)).toBe(await place.theirPoints(scheme));
      expect([await place.act('confirm', id), await place.act('release', id)]).toEqual([
        'REDEMPTION_STATE confirmed',
        'REDEMPTION_STATE confirmed',
      ]);
    });

    it('a hold that is released is none', async () => {
      const { id, linkId, member } = await place.held(scheme, 1_200);
      await place.act('release', id);
      expect(await place.inState(id, 'released')).toMatchObject({ intent: null, nextActionAt: null });
      expect(await place.effects(scheme, id)).toEqual([]);
      expect(await place.path(id)).toBe(`${HELD[scheme]} ${RELEASED[scheme]}`);
      expect(await balanceOf(linkId)).toMatchObject({ available: member.balance });
      expect(await place.act('confirm', id)).toBe('REDEMPTION_STATE released');
    });

    it('a confirm whose answer is lost is one effect all the same', async () => {
      const { id } = await place.held(scheme, 1_200);
      await place.during(scheme, 'commitThenDrop', async () => {
        await place.act('confirm', id);
        await place.inState(id, 'unknown');
      });
      await place.inState(id, 'confirmed');
      expect(await place.effects(scheme, id)).toHaveLength(1);
      expect(await place.path(id)).toContain('confirming unknown confirming');
    });

    it('a confirm that never got there comes again, and is one effect', async () => {
      const { id } = await place.held(scheme, 1_200);
      await place.during(scheme, 'dropBeforeCommit', async () => {
        await place.act('confirm', id);
        await place.inState(id, 'unknown');
        expect(await place.effects(scheme, id)).toEqual([]);
      });
      await place.inState(id, 'confirmed');
      expect(await place.effects(scheme, id)).toHaveLength(1);
    });

    it('a confirm on a hold about to end is refused, and the hold may still be let go', async () => {
      const { id } = await place.held(scheme, 1_200);
      await place.endHold(id, 25);
      expect(await place.act('confirm', id)).toBe('HOLD_ENDING');
      await place.act('release', id);
      await place.inState(id, 'released');
      expect(await place.effects(scheme, id)).toEqual([]);
    });

    it('more points than there are are refused, with nothing held', async () => {
      const { linkId, member } = await linkSpender(place.bench, place.bench.demo, scheme);
      const asked = redeemPoints(place.bench, place.bench.demo, { scheme, linkId, points: member.balance + 1 });
      if (scheme === AIR) await expect(asked).rejects.toMatchObject({ code: 'INSUFFICIENT_POINTS' });
      else {
        const rejected = await place.inState(await asked, 'rejected');
        expect(rejected.rejection).toMatchObject({ reason: 'insufficient-points', fixableBy: 'traveller' });
      }
      expect(await balanceOf(linkId)).toMatchObject({ available: member.balance });
    });
  });

  it('a hold of ours ends by our clock, and is no use any more', async () => {
    const { id, linkId, member } = await place.held(AIR, 1_200);
    await place.endHold(id, -1);
    await place.inState(id, 'expired');
    expect(await place.act('confirm', id)).toBe('REDEMPTION_STATE expired');
    expect(await balanceOf(linkId)).toMatchObject({ available: member.balance });
  });

  it('a hold of the railway’s ends when the railway says so: asked at what we took for its end, it tells the real one', async () => {
    const { id } = await place.held(RAIL, 1_200);
    const { hold } = await place.read(id);
    await place.endHold(id, -1);
    const told = await eventually(
      () => place.read(id),
      (operation) => operation.hold?.expiresAt === hold?.expiresAt,
    );
    expect(told).toMatchObject({ state: 'held', evidence: { by: 'look-up' } });
    expect(await place.act('confirm', id)).toBe('confirming');
    await place.inState(id, 'confirmed');
    expect(await place.effects(RAIL, id)).toHaveLength(1);
  });

  it('points that the member spends elsewhere make a soft confirm refused, and free the reservation', async () => {
    const { id, linkId, member } = await place.held(AIR, 1_200);
    const points = -(member.balance - 1_000);
    await place.bench.sandbox.post(`${AIR}/activity`, { memberNumber: member.memberNumber, points });
    await place.act('confirm', id);
    const rejected = await place.inState(id, 'rejected');
    expect(rejected.rejection).toMatchObject({ reason: 'insufficient-points' });
    expect(await place.effects(AIR, id)).toEqual([]);
    expect(await balanceOf(linkId)).toMatchObject({ available: 1_000 });
  });

  it('a member who never had ten thousand points is refused by the railway, by its name for it', async () => {
    const { linkId } = await linkSpender(place.bench, place.bench.demo, RAIL, { below: 10_000 });
    const id = await redeemPoints(place.bench, place.bench.demo, { scheme: RAIL, linkId, points: 100 });
    const { rejection } = await place.inState(id, 'rejected');
    expect(rejection).toMatchObject({ reason: 'below-minimum', supplierCode: 'BELOW_FIRST_REDEMPTION' });
    expect(await place.effects(RAIL, id)).toEqual([]);
  });

  it('cancelling a confirm of unknown outcome looks first, and finds that it was too late', async () => {
    const { id } = await place.held(RAIL, 1_200);
    await place.during(RAIL, 'commitThenDrop', async () => {
      await place.act('confirm', id);
      await eventually(
        () => place.act('release', id),
        (state) => state === 'unknown',
      );
    });
    expect(await place.inState(id, 'confirmed')).toMatchObject({ evidence: { by: 'look-up' }, intent: null });
    expect(await place.effects(RAIL, id)).toHaveLength(1);
  });

  it('cancelling a confirm that never got there lets go of the hold, once no confirm can be on its way any more', async () => {
    const { id } = await place.held(RAIL, 1_200);
    await place.during(RAIL, 'dropBeforeCommit', async () => {
      await place.act('confirm', id);
      await eventually(
        () => place.act('release', id),
        (state) => state === 'unknown',
      );
    });
    await eventually(
      async () => {
        // What the railway leaves for a request on its way, the owner of the database lets pass.
        await place.sendLongAgo(id);
        return place.read(id);
      },
      ({ state }) => state === 'released',
    );
    expect(await place.path(id)).toMatch(/unknown held releasing released$/);
    expect(await place.effects(RAIL, id)).toEqual([]);
  });

  it('a release that is asked for while the hold is on its way is carried out once it stands', async () => {
    const { linkId } = await linkSpender(place.bench, place.bench.demo, RAIL);
    let id = '';
    await place.during(RAIL, 'commitThenDrop', async () => {
      id = await redeemPoints(place.bench, place.bench.demo, { scheme: RAIL, linkId, points: 500 });
      await place.inState(id, 'unknown');
      await eventually(
        () => place.act('release', id),
        (state) => state === 'unknown' || state === 'holding',
      );
    });
    await place.inState(id, 'released');
    expect(await place.effects(RAIL, id)).toEqual([]);
  });

  it('what was confirmed is refunded in part and in whole, and both books agree', async () => {
    const { id, linkId, member } = await place.held(AIR, 1_200);
    await place.act('confirm', id);
    await place.inState(id, 'confirmed');
    const before = await ledgerPoints(place.bench.ownerUrl, AIR);
    const part = await place.refund(id, 200);
    expect(await place.inState(part, 'posted')).toMatchObject({ kind: 'refund', points: 200 });
    await place.inState(await place.refund(id), 'posted');
    await expect(place.refund(id)).rejects.toMatchObject({ code: 'ALREADY_REFUNDED' });
    expect((await place.effects(AIR, id)).map(({ kind, points }) => `${kind} ${points}`)).toEqual([
      'redemption -1200',
      'refund 200',
      'refund 1000',
    ]);
    expect(await ledgerPoints(place.bench.ownerUrl, AIR)).toBe(before + 1_200);
    expect((await balanceOf(linkId)).available).toBe(member.balance);
  });

  it('the railway gives no refunds', async () => {
    const { id } = await place.held(RAIL, 500);
    await place.act('confirm', id);
    await place.inState(id, 'confirmed');
    await expect(place.refund(id)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
  });

  it('the books hold', async () => {
    for (const scheme of [RAIL, AIR])
      expect(await ledgerPoints(place.bench.ownerUrl, scheme)).toBe(await place.theirPoints(scheme));
    expect(await brokenInvariants(place.bench.ownerUrl)).toEqual([]);
    expect(place.bench.errors).toEqual([]);
  });
});

describe('a hold that the railway has lost', () => {
  let place: RedemptionPlace;
  beforeAll(async () => {
    place = await openRedemptionPlace(null);
  });
  afterAll(() => place.close());

  it('cannot be confirmed, and runs out when its time has come', async () => {
    const [confirmed, left] = [await place.held(RAIL, 700), await place.held(RAIL, 800)];
    // Forgets everything, holds and members included.
    await fetch(`${place.bench.sandbox.url}/_control/reset`, { method: 'POST' });
    await place.act('confirm', confirmed.id);
    const rejected = await place.inState(confirmed.id, 'rejected');
    expect(rejected.rejection).toMatchObject({ reason: 'hold-expired', supplierCode: 'NOT_FOUND' });
    await place.endHold(left.id, -1);
    const expired = await place.inState(left.id, 'expired');
    expect(expired).toMatchObject({ evidence: { by: 'look-up', absent: true }, rejection: null });
    expect(await ledgerPoints(place.bench.ownerUrl, RAIL)).toBe(0);
    expect(await brokenInvariants(place.bench.ownerUrl)).toEqual([]);
  });
});
