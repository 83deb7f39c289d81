import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenInvariants } from '../support/invariants.js';
import { redisUrl } from '../support/redis.js';
import { activityFor } from '../support/travellers.js';
import { type Answered, type Door, openDoor, SCHEMES, type SchemeId } from './door.js';
import {
  accrue,
  effects,
  inState,
  type Link,
  linkBody,
  linked,
  memberOf,
  newTrip,
  operationIn,
  operationOf,
  posted,
} from './requests.js';

const redis = redisUrl();
const backends = [{ queue: 'PostgreSQL', url: null }, ...(redis === null ? [] : [{ queue: 'Redis', url: redis }])];
const WAIT = { headers: { prefer: 'wait=20' } };
const times = (count: number): number[] => Array.from({ length: count }, (_none, index) => index);

describe.each(backends)('with the queue on $queue', ({ url }) => {
  let door: Door;
  let links: Record<SchemeId, Link>;
  beforeAll(async () => {
    door = await openDoor({ redisUrl: url });
    const made = await Promise.all(SCHEMES.map(async (scheme) => [scheme, (await linked(door, scheme, 'one')).link]));
    links = Object.fromEntries(made) as Record<SchemeId, Link>;
  });
  afterAll(() => door.close());
  const post = (body: object, ask: object = {}): Promise<Answered> =>
    door.ask('POST', '/v1/accruals', { ...ask, body });

  describe.each(SCHEMES)('at %s', (scheme) => {
    it('one who waits is given the points, one effect at the supplier; the key keeps the 202', async () => {
      const body = { linkId: links[scheme].id, activity: newTrip(scheme), points: 500, bonusPoints: 50 };
      const more = { ...body, clientReference: 'order-1', metadata: { costCentre: '4711' } };
      const answer = await post(more, { ...WAIT, idempotencyKey: `waited-${scheme}` });
      expect([answer.status, answer.headers.get('preference-applied')]).toEqual([200, 'wait=20']);
      const operation = operationIn(answer);
      expect(answer.headers.get('location')).toBe(`/v1/operations/${operation.id}`);
      const state = scheme === 'phoenix-miles' ? 'submitted' : 'posted';
      expect(operation).toMatchObject({
        ...more,
        kind: 'accrual',
        state,
        attempts: 1,
        supplierReference: expect.any(String),
      });
      expect(await operationOf(door, operation.id)).toEqual(operation);
      const replayed = await post(more, { ...WAIT, idempotencyKey: `waited-${scheme}` });
      expect([replayed.status, replayed.json['state'], replayed.headers.get('idempotency-replayed')]).toEqual([
        202,
        'queued',
        'true',
      ]);
      if (state === 'submitted') {
        await door.sandbox.post(`${scheme}/close-day`);
        expect(await inState(door, operation.id, 'posted')).toMatchObject({
          evidence: { by: 'notification' },
          attempts: 1,
        });
      }
      expect(await effects(door, scheme, operation.reference)).toMatchObject([{ points: 550, kind: 'accrual' }]);
    });

    it('one who does not wait is answered at once, with what was accepted', async () => {
      const answer = await accrue(door, links[scheme]);
      expect([answer.status, answer.json['state'], answer.json['attempts']]).toEqual([202, 'queued', 0]);
      expect(answer.headers.has('preference-applied')).toBe(false);
      const operation = await inState(
        door,
        String(answer.json['id']),
        scheme === 'phoenix-miles' ? 'submitted' : 'posted',
      );
      expect(operation.createdAt).toBe(answer.json['createdAt']);
      expect(operation.reference).toBe(answer.json['reference']);
    });
  });

  it('50 times one request at once is one operation and one effect', async () => {
    const body = { linkId: links['china-railway'].id, activity: newTrip('china-railway'), points: 500 };
    const answers = await Promise.all(times(50).map(() => post(body, { idempotencyKey: 'fifty' })));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(times(50).map(() => 202));
    expect(answers.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    const { reference } = await inState(door, String(answers[0]?.json['id']), 'posted');
    expect(await effects(door, 'china-railway', reference)).toHaveLength(1);
  });

  it('20 requests for one trip at once, each with a key of its own, are one operation', async () => {
    const body = { linkId: links['northwind-air'].id, activity: newTrip('northwind-air'), points: 500 };
    const answers = await Promise.all(times(20).map((index) => post(body, { idempotencyKey: `trip-${index}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...times(19).map(() => 200), 202]);
    expect(new Set(answers.map(({ json }) => json['id'])).size).toBe(1);
    const { reference } = await inState(door, String(answers[0]?.json['id']), 'posted');
    expect(await effects(door, 'northwind-air', reference)).toHaveLength(1);
  });

  it('what is not to be sent yet is sent when its time has come', async () => {
    const notBefore = new Date(Date.now() + 1_500).toISOString();
    const accepted = operationIn(await accrue(door, links['china-railway'], { notBefore }));
    expect(accepted).toMatchObject({ state: 'scheduled', notBefore, nextActionAt: notBefore });
    const operation = await inState(door, accepted.id, 'posted');
    const [attempt] = await door.sql<{ early: boolean }>(
      `SELECT started_at < $2::timestamptz AS early FROM attempt a JOIN operation o ON o.id = a.operation_id
       WHERE o.reference = $1`,
      [operation.reference, notBefore],
    );
    expect(attempt).toEqual({ early: false });
  });

  it('all of it leaves the books whole', async () => {
    expect(await brokenInvariants(door.bench.ownerUrl)).toEqual([]);
    expect(door.bench.errors).toEqual([]);
  });
});

describe('what an accrual is worth, and when it is one', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor();
  });
  afterAll(() => door.close());

  it('the railway’s table computes the points: 5 for a yuan, parts dropped', async () => {
    const { link } = await linked(door, 'china-railway', 'computed');
    for (const [minor, points] of [
      [55_350, 2_767],
      [100, 5],
      [20, 1],
    ]) {
      const activity = { ...newTrip('china-railway'), fare: { currency: 'CNY', minor } };
      const operation = await posted(door, link, { activity, points: undefined });
      expect([operation.points, operation.termsVersion]).toEqual([points, '2017-12-20']);
      expect(await effects(door, 'china-railway', operation.reference)).toMatchObject([{ points }]);
    }
  });

  it.each<[string, SchemeId, object]>([
    ['there is no table', 'phoenix-miles', {}],
    ['there is no fare', 'northwind-air', {}],
    ['the fare is in another currency', 'china-railway', { fare: { currency: 'HKD', minor: 10_000 } }],
    ['the fare earns nothing', 'china-railway', { fare: { currency: 'CNY', minor: 19 } }],
    ['nothing of the bill counts', 'harbour-hotels', { ineligible: { currency: 'CNY', minor: 10_000 } }],
  ])('points have to be stated where %s', async (why, scheme, activity) => {
    const { link } = await linked(door, scheme, 'stated');
    const trip = { ...newTrip(scheme), ...activity };
    const answer = await accrue(door, link, { activity: trip, points: undefined }, { idempotencyKey: why });
    expect([answer.status, answer.json['code']]).toEqual([422, 'POINTS_REQUIRED']);
    // Nothing was kept: neither the key nor the trip.
    const stated = await accrue(door, link, { activity: trip }, { idempotencyKey: why });
    expect([stated.status, stated.headers.has('idempotency-replayed')]).toEqual([202, false]);
  });

  it.each<[SchemeId, SchemeId]>([
    ['northwind-air', 'china-railway'],
    ['northwind-air', 'harbour-hotels'],
    ['harbour-hotels', 'northwind-air'],
  ])('%s does not carry a trip of %s', async (scheme, other) => {
    const { link } = await linked(door, scheme, 'elsewhere');
    const answer = await accrue(door, link, { activity: newTrip(other) });
    expect([answer.status, answer.json['code']]).toEqual([422, 'ACTIVITY_NOT_SUPPORTED']);
  });

  describe.each(SCHEMES)('the same trip at %s', (scheme) => {
    it('is told again when all of it is equal, and refused with its operation when not', async () => {
      const { link } = await linked(door, scheme, 'same-trip');
      const activity = activityFor(scheme, 900_000);
      const first = operationIn(await accrue(door, link, { activity }, WAIT));
      const again = await accrue(door, link, { activity });
      expect([again.status, again.json]).toEqual([200, first]);
      expect(again.headers.get('location')).toBe(`/v1/operations/${first.id}`);
      for (const more of [{ points: 501 }, { bonusPoints: 1 }]) {
        const other = { activity, ...more };
        const key = `${scheme} ${JSON.stringify(more)}`;
        const refused = await accrue(door, link, other, { idempotencyKey: key });
        expect([refused.status, refused.json['code'], refused.json['operationId']]).toEqual([
          409,
          'ACTIVITY_EXISTS',
          first.id,
        ]);
        const replayed = await accrue(door, link, other, { idempotencyKey: key });
        expect([replayed.status, replayed.text]).toEqual([409, refused.text]);
      }
    });
  });

  describe('the same trip of somebody else', () => {
    const key = (): string => door.bench.keys.otherPlatformKey;

    it.each(SCHEMES)('at %s is not sent, whoever it is; the first goes on untouched', async (scheme) => {
      const [first, second] = [await linked(door, scheme, 'first'), await linked(door, scheme, 'second')];
      const theirs = await linked(door, scheme, 'first', { key: key() });
      const activity = newTrip(scheme);
      const accepted = operationIn(await accrue(door, first.link, { activity }, WAIT));
      for (const [{ link }, ask] of [[second, {}] as const, [theirs, { key: key() }] as const]) {
        const body = { linkId: link.id, activity, points: 500 };
        const duplicate = { ...ask, body, idempotencyKey: `duplicate-${scheme}` };
        const answer = await door.ask('POST', '/v1/accruals', duplicate);
        expect([answer.status, answer.json]).toMatchObject([
          202,
          { state: 'needs-review', reviewReason: 'possible-duplicate', attempts: 0, linkId: link.id },
        ]);
        expect(answer.text).not.toContain(accepted.id);
        expect((await door.ask('POST', '/v1/accruals', duplicate)).text).toBe(answer.text);
        expect(await effects(door, scheme, String(answer.json['reference']))).toEqual([]);
        const again = await door.ask('POST', '/v1/accruals', { ...ask, body });
        expect([again.status, again.json['id']]).toEqual([200, answer.json['id']]);
      }
      expect(await operationOf(door, accepted.id)).toEqual(accepted);
    });

    it('claimed by ten at once is sent for one of them', async () => {
      const made = times(10).map((index) => linked(door, 'china-railway', `rival-${index}`));
      const activity = newTrip('china-railway');
      const answers = await Promise.all(
        (await Promise.all(made)).map(({ link }) => accrue(door, link, { activity }, WAIT)),
      );
      const states = answers.map((answer) => operationIn(answer).state).sort();
      expect(states).toEqual([...times(9).map(() => 'needs-review'), 'posted']);
    });

    it('is free for others once the first was refused', async () => {
      const [first, second] = [await linked(door, 'china-railway', 'one'), await linked(door, 'china-railway', 'two')];
      const activity = { ...newTrip('china-railway'), orderNumber: 'REFUND-3' };
      expect(operationIn(await accrue(door, first.link, { activity }, WAIT)).state).toBe('rejected');
      expect(operationIn(await accrue(door, second.link, { activity }, WAIT)).state).toBe('rejected');
    });

    it('is free for others once the first was wholly taken back', async () => {
      const [first, second] = [await linked(door, 'china-railway', 'one'), await linked(door, 'china-railway', 'two')];
      const { id, activity } = await posted(door, first.link);
      await door.ask('POST', `/v1/accruals/${id}/reversal`, { ...WAIT, body: { reason: 'wrong traveller' } });
      expect((await posted(door, second.link, { activity })).linkId).toBe(second.link.id);
    });
  });

  it('a key goes with one body, of one tenant', async () => {
    const ours = await linked(door, 'china-railway', 'keys');
    const key = door.bench.keys.otherPlatformKey;
    const theirs = await linked(door, 'china-railway', 'keys', { key });
    const one = await accrue(door, ours.link, {}, { idempotencyKey: 'one-key' });
    const other = await accrue(door, ours.link, {}, { idempotencyKey: 'one-key' });
    expect([one.status, other.status, other.json['code']]).toEqual([202, 422, 'IDEMPOTENCY_KEY_REUSED']);
    const foreign = await accrue(door, theirs.link, {}, { idempotencyKey: 'one-key', key });
    expect([foreign.status, foreign.headers.has('idempotency-replayed')]).toEqual([202, false]);
    const body = linkBody('northwind-air', await memberOf(door, 'northwind-air'), 'keys');
    const link = await door.ask('POST', '/v1/links', { body, idempotencyKey: 'one-key' });
    expect([link.status, link.json['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });
});
