import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answered, type Door, openDoor } from './door.js';
import { accrue, inState, type Link, linked, newTrip, type Operation, operationIn, posted } from './requests.js';

let door: Door;
let air: Link;
let rail: Link;
/** In the order in which they were accepted. */
let all: Operation[];
const WAIT = { prefer: 'wait=20' };

beforeAll(async () => {
  door = await openDoor();
  air = (await linked(door, 'northwind-air', 'lists')).link;
  rail = (await linked(door, 'china-railway', 'lists')).link;
  const [first, second] = [await posted(door, air), await posted(door, rail)];
  const reversal = await door.ask('POST', `/v1/accruals/${second.id}/reversal`, {
    headers: WAIT,
    body: { points: 100, reason: 'listed' },
  });
  const refund = { activity: { ...second.activity, orderNumber: 'REFUND-7' } };
  const refused = operationIn(await accrue(door, rail, refund, { headers: WAIT }));
  const future = operationIn(await accrue(door, air, { notBefore: '2100-01-01T00:00:00Z' }));
  all = [first, second, operationIn(reversal), refused, future];
  const key = door.bench.keys.otherPlatformKey;
  const theirs = (await linked(door, 'china-railway', 'lists', { key })).link;
  await accrue(door, theirs, {}, { key });
});
afterAll(() => door.close());

const read = (query: string, key?: string): Promise<Answered> =>
  door.ask('GET', `/v1/operations${query}`, key === undefined ? {} : { key });
const idsOf = ({ json }: Answered): unknown[] => (json['items'] as Operation[]).map(({ id }) => id);
const ids = (...places: number[]): unknown[] => places.map((place) => all[place]?.id);

it('are listed newest first, each as it stands', async () => {
  const listed = await read('');
  expect(listed.json).toEqual({ items: all.toReversed(), next: null });
});

describe('filters', () => {
  it.each<[string, number[]]>([
    ['state=posted', [2, 1, 0]],
    ['state=rejected', [3]],
    ['state=scheduled', [4]],
    ['state=cancelled', []],
    ['kind=reversal', [2]],
    ['kind=redemption', []],
    ['scheme=northwind-air', [4, 0]],
    ['scheme=china-railway&state=posted', [2, 1]],
    ['scheme=nowhere', []],
  ])('%s', async (query, places) => {
    expect(idsOf(await read(`?${query}`))).toEqual(ids(...places));
  });

  it('linkId, also of a link that is not there', async () => {
    expect(idsOf(await read(`?linkId=${air.id}`))).toEqual(ids(4, 0));
    expect(idsOf(await read(`?linkId=${rail.id}&kind=accrual`))).toEqual(ids(3, 1));
    expect(idsOf(await read('?linkId=lnk_00000000000000000000000000'))).toEqual([]);
  });

  it('from is part of the range, to is not', async () => {
    const at = (place: number): string => String(all[place]?.createdAt);
    expect(idsOf(await read(`?from=${at(1)}&to=${at(3)}`))).toEqual(ids(2, 1));
    expect(idsOf(await read(`?from=${at(4)}`))).toEqual(ids(4));
    expect(idsOf(await read(`?to=${at(0)}`))).toEqual([]);
    expect(await read(`?from=${at(3)}&to=${at(1)}`)).toMatchObject({ status: 422, json: { code: 'INVALID' } });
  });

  it.each([
    'state=lost',
    'kind=gift',
    'linkId=op_1',
    'from=yesterday',
    'limit=0',
    'limit=1000000000',
    'sort=;drop',
    'tenant=x',
  ])('%s is refused', async (query) => {
    expect(await read(`?${query}`)).toMatchObject({ status: 422, json: { code: 'INVALID' } });
  });
});

describe('pages', () => {
  it.each([1, 2, 5])('of %d are the whole list, without what came meanwhile', async (limit) => {
    const seen: unknown[] = [];
    for (let query: string | null = `?limit=${limit}&scheme=china-railway`; query !== null; ) {
      const page = await read(query);
      seen.push(...idsOf(page));
      const next = page.json['next'] as string | null;
      query = next === null ? null : `?limit=${limit}&scheme=china-railway&cursor=${next}`;
    }
    expect(seen).toEqual(ids(3, 2, 1));
  });

  it('do not go on with a cursor of another tenant, another list or nobody', async () => {
    const cursor = String((await read('?limit=1')).json['next']);
    const whole = Buffer.from(cursor, 'base64url').toString('utf8');
    const forged = Buffer.from(whole.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))).toString('base64url');
    const timeline = String((await door.ask('GET', `/v1/links/${air.id}/timeline?limit=1`)).json['next']);
    const answers = [
      await read(`?limit=1&cursor=${cursor}`, door.bench.keys.otherPlatformKey),
      await read(`?cursor=${forged}`),
      await read(`?cursor=${timeline}`),
      await read('?cursor=%27%3B--'),
    ];
    for (const { status, json } of answers) {
      expect([status, json['code'], json['errors']]).toMatchObject([422, 'INVALID', [{ pointer: '/query/cursor' }]]);
    }
  });
});

describe('a refusal', () => {
  it('is told in the reader’s language, with who can put it right', async () => {
    const { id } = all[3] ?? { id: '' };
    const rejectionIn = async (language: string): Promise<unknown> =>
      (await door.ask('GET', `/v1/operations/${id}`, { headers: { 'accept-language': language } })).json['rejection'];
    const [zh, en] = [await rejectionIn('zh-CN'), await rejectionIn('en')] as [
      { message: string },
      { message: string },
    ];
    expect(en).toMatchObject({
      reason: 'not-eligible-fare',
      supplierCode: 'NOT_ELIGIBLE',
      fixableBy: expect.any(String),
    });
    expect(zh).toEqual({ ...en, message: expect.stringMatching(/^\p{Script=Han}.*。$/u) });
    expect(en.message).toMatch(/^[A-Z][\x20-\x7e]+\.$/);
    const listed = await door.ask('GET', '/v1/operations?state=rejected', { headers: { 'accept-language': 'zh' } });
    expect(listed.json['items']).toMatchObject([{ id, rejection: zh }]);
  });

  it('frees the trip: a corrected one is a new operation', async () => {
    const rejected = all[3];
    const again = await accrue(door, rail, { activity: rejected?.activity }, { headers: WAIT });
    expect([again.status, again.json['state']]).toEqual([200, 'rejected']);
    expect(again.json['id']).not.toBe(rejected?.id);
  });

  it('may come in the night, by a push', async () => {
    const { link } = await linked(door, 'phoenix-miles', 'night');
    const activity = { ...newTrip('phoenix-miles'), ticketNumber: 'REFUND1' };
    const accepted = operationIn(await accrue(door, link, { activity }, { headers: WAIT }));
    expect(accepted.state).toBe('submitted');
    await door.sandbox.post('phoenix-miles/close-day');
    expect(await inState(door, accepted.id, 'rejected')).toMatchObject({
      rejection: { reason: 'not-eligible-fare' },
      evidence: { by: 'notification' },
    });
  });

  it.each([
    ['northwind-air', 'rejected', { rejection: { reason: 'member-not-found', supplierCode: 'UNKNOWN_MEMBER' } }],
    ['china-railway', 'rejected', { rejection: { reason: 'member-not-found', supplierCode: 'MEMBER_NOT_FOUND' } }],
    ['phoenix-miles', 'rejected', { rejection: { reason: 'member-not-found', supplierCode: 'MEMBER_NOT_FOUND' } }],
    // Its codes are known to customers only: what is in no table goes to a person.
    ['harbour-hotels', 'needs-review', { rejection: null, reviewReason: 'unmapped-refusal' }],
  ] as const)('of a member who has left %s is %s', async (scheme, state, told) => {
    const { link } = await linked(door, scheme, 'left');
    await door.sandbox.post('reset');
    const operation = operationIn(await accrue(door, link, {}, { headers: WAIT }));
    expect(operation).toMatchObject({ state, attempts: 1, ...told });
  });
});
