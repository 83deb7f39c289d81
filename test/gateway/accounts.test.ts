import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import type { SandboxMember } from '../support/gateway.js';
import { backInService } from './back-in-service.js';
import { type Answered, type Door, openDoor, SCHEMES, type SchemeId } from './door.js';
import { during, type Link, linkBody, linked, memberOf, type Operation, posted } from './requests.js';

interface Entry {
  readonly at: string;
  readonly subject: string;
  readonly type: string;
  readonly from: string | null;
  readonly to: string | null;
}

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const accountOf = (link: Link, query = ''): Promise<Answered> =>
  door.ask('GET', `/v1/links/${link.id}/account${query}`);
const available = ({ json }: Answered): unknown => (json['balance'] as { available: number } | undefined)?.available;
/** A trip of the member's own that the supplier posts by itself. */
const ownTrip = (scheme: SchemeId, member: SandboxMember, points: number): Promise<unknown> =>
  door.sandbox.post(`${scheme}/activity`, { memberNumber: member.memberNumber, points, activity: {} });

describe.each(SCHEMES)('the account at %s', (scheme) => {
  it('is live, then kept for as long as is asked, then live again', async () => {
    const { link, member } = await linked(door, scheme, `account-${scheme}`);
    const live = await accountOf(link);
    expect(live.status).toBe(200);
    expect(live.json).toMatchObject({
      balance: { available: member.balance },
      source: 'live',
      stale: false,
      tier: { code: link.tier },
    });
    await ownTrip(scheme, member, 777);
    const kept = await accountOf(link);
    expect(kept.json).toEqual({ ...live.json, source: 'cached' });
    expect((await accountOf(link, '?maxAge=2592000')).json).toEqual(kept.json);
    const renewed = await accountOf(link, '?maxAge=0');
    expect([available(renewed), renewed.json['source']]).toEqual([member.balance + 777, 'live']);
    expect(String(renewed.json['asOf']) > String(live.json['asOf'])).toBe(true);
  });
});

describe('an account whose supplier gives no useful answer', () => {
  const useless = async (scheme: SchemeId, fault: string): Promise<void> => {
    const [known, fresh] = [await linked(door, scheme, `known-${fault}`), await linked(door, scheme, `fresh-${fault}`)];
    const live = await accountOf(known.link);
    const [stale, unknown] = await during(door, scheme, fault, () =>
      Promise.all([accountOf(known.link, '?maxAge=0'), accountOf(fresh.link)]),
    );
    expect([scheme, stale.json]).toEqual([scheme, { ...live.json, source: 'cached', stale: true }]);
    const { status, json, headers } = unknown;
    expect([scheme, status, json['code'], available(unknown)]).toEqual([scheme, 503, 'ACCOUNT_UNAVAILABLE', undefined]);
    expect(headers.get('retry-after')).toMatch(/^[1-9]/);
    // One fault after the other, such reads come to enough calls to open a breaker.
    await backInService(door);
    const again = await eventually(
      () => accountOf(fresh.link),
      (answer) => answer.status === 200,
    );
    expect([available(again), again.json['source']]).toEqual([fresh.member.balance, 'live']);
  };
  const echoing = SCHEMES.filter((scheme) => scheme !== 'harbour-hotels');

  it.each<[string, readonly SchemeId[]]>([
    ['dropBeforeCommit', SCHEMES],
    ['errorBeforeCommit', SCHEMES],
    ['garbage', SCHEMES],
    // The hotel group's account repeats nothing of the question, so it has nothing to get wrong.
    ['wrongEcho', echoing],
  ])('is the newest known, said to be stale; what is unknown is not 0 (%s)', async (fault, schemes) => {
    await Promise.all(schemes.map((scheme) => useless(scheme, fault)));
  });
});

describe('the statement', () => {
  it('of the hotel group has the supplier’s lines, ours marked', async () => {
    const { link, member } = await linked(door, 'harbour-hotels', 'statement');
    const ours = await posted(door, link);
    await ownTrip('harbour-hotels', member, 123);
    const read = (query = ''): Promise<Answered> => door.ask('GET', `/v1/links/${link.id}/statement${query}`);
    // The simulated look-up lags behind its own books.
    const { json } = await eventually(read, (answer) => (answer.json['items'] as unknown[]).length === 2);
    expect(json['next']).toBeNull();
    expect(json['items']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          supplierReference: ours.supplierReference,
          points: 500,
          kind: 'accrual',
          operationId: ours.id,
        }),
        expect.objectContaining({ points: 123, operationId: null }),
      ]),
    );
    expect((await read('?since=2026-11-01')).json['items']).toEqual(json['items']);
    expect((await read('?since=2100-12-31')).json['items']).toEqual([]);
    for (const since of ['2026-02-30', '9999-01-01', 'yesterday'])
      expect((await read(`?since=${since}`)).status).toBe(422);
    const away = await during(door, 'harbour-hotels', 'dropBeforeCommit', read);
    expect([away.status, away.json['code']]).toEqual([503, 'SUPPLIER_UNAVAILABLE']);
  });

  it.each(SCHEMES.filter((scheme) => scheme !== 'harbour-hotels'))('is not to be had at %s', async (scheme) => {
    const { link } = await linked(door, scheme, 'no-statement');
    const answer = await door.ask('GET', `/v1/links/${link.id}/statement`);
    expect([answer.status, answer.json['code']]).toEqual([422, 'CAPABILITY_MISSING']);
  });
});

describe('a traveller', () => {
  it('has all links, each with what is known of its account', async () => {
    const air = await linked(door, 'northwind-air', '员工/7 a&b');
    const rail = await linked(door, 'china-railway', '员工/7 a&b');
    const path = `/v1/travellers/${encodeURIComponent('员工/7 a&b')}`;
    expect((await door.ask('GET', path)).json).toEqual({
      travellerRef: '员工/7 a&b',
      links: [air.link, rail.link].map((link) => ({ ...link, account: null })),
    });
    const { json: account } = await accountOf(air.link);
    const [first, second] = (await door.ask('GET', path)).json['links'] as { account: unknown }[];
    expect([first?.account, second?.account]).toEqual([{ ...account, source: 'cached' }, null]);
  });

  it('shows numbers in clear only for a booking, to a key that may, and every reading is on record', async () => {
    const member = await memberOf(door, 'phoenix-miles');
    await door.ask('POST', '/v1/links', { body: linkBody('phoenix-miles', member, 'flyer') });
    const audited = (): Promise<object[]> => door.sql("SELECT actor, act, reason FROM audit WHERE subject = 'flyer'");
    const reader = await door.addKey('demo', ['read']);
    const refused = await door.ask('GET', '/v1/travellers/flyer?for=booking', { key: reader });
    expect([refused.status, refused.json['code']]).toEqual([403, 'FORBIDDEN']);
    expect((await door.ask('GET', '/v1/travellers/flyer', { key: reader })).text).not.toContain(member.memberNumber);
    expect(await audited()).toEqual([]);
    const booking = await door.addKey('demo', ['read', 'read-numbers']);
    for (const times of [1, 2]) {
      const read = await door.ask('GET', '/v1/travellers/flyer?for=booking', { key: booking });
      expect(read.json['links']).toMatchObject([{ memberNumber: member.memberNumber }]);
      expect(await audited()).toEqual(
        Array.from({ length: times }, () => ({
          actor: expect.stringMatching(/^key_[0-9a-z]{26}$/),
          act: 'traveller.numbers-read',
          reason: 'booking',
        })),
      );
    }
    const theirs = await door.ask('GET', '/v1/travellers/flyer?for=booking', { key: door.bench.keys.otherPlatformKey });
    expect(theirs.status).toBe(404);
    expect(await audited()).toHaveLength(2);
  });
});

describe('the timeline', () => {
  let link: Link;
  let member: SandboxMember;
  let trips: Operation[];
  beforeAll(async () => {
    ({ link, member } = await linked(door, 'china-railway', 'busy'));
    trips = [await posted(door, link), await posted(door, link), await posted(door, link)];
  });

  const read = (query = '', of: Link = link): Promise<Answered> =>
    door.ask('GET', `/v1/links/${of.id}/timeline${query}`);
  const entriesOf = ({ json }: Answered): Entry[] => json['items'] as Entry[];

  it('tells everything that happened to the link and its operations, newest first', async () => {
    const entries = entriesOf(await read());
    const story = (id: string): unknown[] =>
      entries.filter(({ subject }) => subject === id).map(({ type, from, to }) => [type, from, to]);
    expect(entries.map(({ at }) => at)).toEqual(
      entries
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    expect(story(link.id)).toEqual([['link.activated', null, 'active']]);
    for (const { id } of trips) {
      expect(story(id)).toEqual([
        ['operation.posted', 'sending', 'posted'],
        ['operation.sending', 'queued', 'sending'],
        ['operation.queued', null, 'queued'],
      ]);
    }
    expect(entries).toHaveLength(1 + 3 * trips.length);
  });

  it.each([1, 3, 4, 200])('in pages of %d is the same list', async (limit) => {
    const whole = entriesOf(await read());
    const pages: Entry[] = [];
    let query: string | null = `?limit=${limit}`;
    while (query !== null) {
      const page = await read(query);
      expect(entriesOf(page).length).toBeLessThanOrEqual(limit);
      pages.push(...entriesOf(page));
      const next = page.json['next'] as string | null;
      query = next === null ? null : `?limit=${limit}&cursor=${next}`;
    }
    expect(pages).toEqual(whole);
  });

  it('names neither the member nor the number', async () => {
    const { text } = await read();
    for (const secret of [member.memberNumber, link.memberNumber, member.familyName, ...Object.values(member.form)]) {
      expect(text).not.toContain(secret);
    }
  });

  it('refuses a cursor that is another list’s, another tenant’s or nobody’s', async () => {
    const { json: listed } = await door.ask('GET', '/v1/operations?limit=1');
    const key = door.bench.keys.otherPlatformKey;
    const theirs = (await linked(door, 'china-railway', 'theirs', { key })).link;
    const own = (await read('?limit=1')).json['next'] as string;
    const foreign = await door.ask('GET', `/v1/links/${theirs.id}/timeline?cursor=${own}`, { key });
    const forged = Buffer.from(`${Buffer.from(own, 'base64url').toString('utf8')}0`).toString('base64url');
    for (const answer of [
      foreign,
      await read(`?cursor=${String(listed['next'])}`),
      await read(`?cursor=${forged}`),
      await read('?cursor=zzzz'),
      await read('?limit=201'),
    ]) {
      expect([answer.status, answer.json['code']]).toEqual([422, 'INVALID']);
      expect(answer.text).not.toMatch(/at async|sql|syntax/i);
    }
  });
});
