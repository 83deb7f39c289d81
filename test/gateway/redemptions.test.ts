import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { components } from '../../contracts/generated/gateway.js';
import { fromTypeId, toTypeId } from '../../src/spec/typeid.js';
import type { SandboxMember } from '../support/gateway.js';
import { brokenInvariants } from '../support/invariants.js';
import { rewardFor } from '../support/travellers.js';
import { type Answered, type Ask, type Door, openDoor, type SchemeId, toldAlike } from './door.js';
import { effects, inState, type Link, linkBody, membersOf, type Operation, operationIn } from './requests.js';

const RAIL = 'china-railway';
const AIR = 'northwind-air';
const WAIT = { prefer: 'wait=20' };
type Quote = components['schemas']['Quote'];

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

let travellers = 0;
/** A linked member with enough points, or too few of them; `more` goes into the link's body. */
async function spender(
  scheme: SchemeId,
  { more = {}, key, below }: { more?: object; key?: string; below?: number } = {},
): Promise<{ link: Link; member: SandboxMember }> {
  travellers += 1;
  const fits = ({ balance }: SandboxMember): boolean => (below === undefined ? balance >= 15_000 : balance < below);
  let member: SandboxMember | undefined;
  for (let tries = 0; member === undefined && tries < 20; tries += 1) {
    member = (await membersOf(door, scheme, 10)).find(fits);
  }
  if (member === undefined) throw new Error('the sandbox makes no member with such a balance');
  const body = { ...linkBody(scheme, member, `spender-${travellers}`), ...more };
  const answer = await door.ask('POST', '/v1/links', { body, ...(key === undefined ? {} : { key }) });
  expect(answer.status).toBe(201);
  return { link: answer.json as unknown as Link, member };
}

/** Asks what a reward of 12.00 yuan costs; `more` goes over the body. */
function quote({ id, scheme }: Link, more: object = {}, ask: Ask = {}): Promise<Answered> {
  const body = { linkId: id, reward: rewardFor(scheme), price: { currency: 'CNY', minor: 1_200 }, ...more };
  return door.ask('POST', '/v1/quotes', { ...ask, body });
}
async function quoted(link: Link, more: object = {}): Promise<Quote> {
  const answer = await quote(link, more);
  expect([answer.status, answer.json['code']]).toEqual([200, undefined]);
  return answer.json as unknown as Quote;
}
const redeem = (quoteId: string, more: object = {}, ask: Ask = {}): Promise<Answered> =>
  door.ask('POST', '/v1/redemptions', { headers: WAIT, ...ask, body: { quoteId, ...more } });
const step = (id: string, what: 'confirm' | 'release', ask: Ask = {}): Promise<Answered> =>
  door.ask('POST', `/v1/redemptions/${id}/${what}`, { headers: WAIT, body: {}, ...ask });
/** A redemption that is held. */
async function held(scheme: SchemeId): Promise<Operation> {
  const { link } = await spender(scheme);
  const answer = await redeem((await quoted(link)).id);
  expect([answer.status, answer.json['state']]).toEqual([200, 'held']);
  return operationIn(answer);
}
const problem = ({ status, json }: Answered): string => `${status} ${String(json['code'])}`;
const uuidOf = (id: string): string => fromTypeId('op', id) ?? '';

describe.each([
  [RAIL, 'native'],
  [AIR, 'soft'],
] as const)('at %s', (scheme, hold) => {
  it('quote, redeem, confirm', async () => {
    const { link, member } = await spender(scheme);
    const price = await quoted(link);
    expect(price).toMatchObject({
      linkId: link.id,
      scheme,
      reward: rewardFor(scheme),
      points: 1_200,
      cash: null,
      valuePerPoint: { currency: 'CNY', minor: '1.0000' },
      hold,
    });
    const life = Date.parse(price.expiresAt) - Date.now();
    expect(life > 0 && life <= 600_000).toBe(true);
    const taken = await redeem(price.id, { clientReference: 'order-1', metadata: { seat: '12A' } });
    expect([taken.status, taken.json]).toMatchObject([
      200,
      {
        kind: 'redemption',
        state: 'held',
        points: 1_200,
        quoteId: price.id,
        hold: { kind: hold },
        clientReference: 'order-1',
      },
    ]);
    const redemption = operationIn(taken);
    expect(await effects(door, scheme, redemption.reference)).toEqual([]);
    const done = await step(redemption.id, 'confirm');
    expect([done.status, done.json]).toMatchObject([200, { state: 'confirmed', step: 'confirm', intent: null }]);
    expect(await effects(door, scheme, redemption.reference)).toMatchObject([{ points: -1_200 }]);
    const account = await door.ask('GET', `/v1/links/${link.id}/account?maxAge=0`);
    expect(account.json).toMatchObject({ balance: { available: member.balance - 1_200 } });
    const told = await door.ask('GET', `/v1/operations/${redemption.id}/explanation`);
    expect(told.status).toBe(200);
  });

  it('without waiting everything is on its way and found again', async () => {
    const { link } = await spender(scheme);
    const taken = await redeem((await quoted(link)).id, {}, { headers: {} });
    expect([taken.status, taken.json['state'], taken.headers.get('location')]).toEqual([
      202,
      'requested',
      `/v1/operations/${String(taken.json['id'])}`,
    ]);
    const { id } = await inState(door, operationIn(taken).id, 'held');
    const confirming = await step(id, 'confirm', { headers: {} });
    expect([confirming.status, confirming.json['state']]).toEqual([202, 'confirming']);
    await inState(door, id, 'confirmed');
  });

  it('a hold that is released is gone for good', async () => {
    const { id } = await held(scheme);
    const released = await step(id, 'release');
    expect([released.status, released.json['state']]).toEqual([200, 'released']);
    for (const what of ['confirm', 'release'] as const) {
      const late = await step(id, what);
      expect([problem(late), late.json['state'], late.json['operationId']]).toEqual([
        '409 REDEMPTION_STATE',
        'released',
        id,
      ]);
    }
  });

  it('a quote is used once, and the same request again is the same redemption', async () => {
    const { link } = await spender(scheme);
    const { id: quoteId } = await quoted(link);
    const idempotencyKey = randomUUID();
    const first = await redeem(quoteId, {}, { idempotencyKey });
    const again = await redeem(quoteId, {}, { idempotencyKey, headers: {} });
    expect([again.status, again.headers.get('idempotency-replayed'), again.json['id']]).toEqual([
      202,
      'true',
      first.json['id'],
    ]);
    const other = await redeem(quoteId);
    expect([problem(other), other.json['operationId']]).toEqual(['409 QUOTE_USED', first.json['id']]);
    const { id: second } = await quoted(link);
    expect(problem(await redeem(second, {}, { idempotencyKey }))).toBe('422 IDEMPOTENCY_KEY_REUSED');
  });

  it('confirm against release from twenty clients: one wins', async () => {
    const { id, reference } = await held(scheme);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_none, index) => step(id, index % 2 === 0 ? 'confirm' : 'release')),
    );
    const won = answers.filter(({ status }) => status === 200);
    const final = String(won[0]?.json['state']);
    expect(['confirmed', 'released']).toContain(final);
    expect(new Set(won.map(({ json }) => json['state']))).toEqual(new Set([final]));
    const lost = answers.filter(({ status }) => status !== 200);
    expect(new Set(lost.map(problem))).toEqual(new Set(['409 REDEMPTION_STATE']));
    expect(won).toHaveLength(1);
    expect(await effects(door, scheme, reference)).toHaveLength(final === 'confirmed' ? 1 : 0);
  });

  it('a hold that is about to end is not confirmed', async () => {
    const { id } = await held(scheme);
    await door.sql(
      `UPDATE operation SET hold = jsonb_set(hold, '{expiresAt}', to_jsonb(now() + interval '20 s')) WHERE id = $1`,
      [uuidOf(id)],
    );
    const refused = await step(id, 'confirm');
    expect([problem(refused), refused.json['operationId']]).toEqual(['409 HOLD_ENDING', id]);
  });

  it('a quote that has expired is of no use', async () => {
    const { id } = await quoted((await spender(scheme)).link);
    await door.sql('UPDATE quote SET expires_at = now() WHERE id = $1', [fromTypeId('qte', id)]);
    expect(problem(await redeem(id))).toBe('409 QUOTE_EXPIRED');
  });

  it('is nobody’s who is not let', async () => {
    const { link } = await spender(scheme);
    const { id: quoteId } = await quoted(link);
    const { id } = operationIn(await redeem((await quoted(link)).id));
    const { otherPlatformKey: stranger } = door.bench.keys;
    const nothing = { quote: toTypeId('qte', randomUUID()), operation: toTypeId('op', randomUUID()) };
    const asStranger = { key: stranger };
    const pairs: [Answered, Answered][] = [
      [await redeem(quoteId, {}, asStranger), await redeem(nothing.quote, {}, asStranger)],
      [await step(id, 'confirm', asStranger), await step(nothing.operation, 'confirm', asStranger)],
      [await step(id, 'release', asStranger), await step(nothing.operation, 'release', asStranger)],
      [await quote(link, {}, asStranger), await quote({ ...link, id: toTypeId('lnk', randomUUID()) }, {}, asStranger)],
    ];
    for (const [theirs, none] of pairs) {
      expect(problem(theirs)).toBe('404 NOT_FOUND');
      expect(toldAlike(theirs)).toEqual(toldAlike(none));
    }
    const reader = await door.addKey('demo', ['read', 'accrue', 'link']);
    const refused = [
      quote(link, {}, { key: reader }),
      redeem(quoteId, {}, { key: reader }),
      step(id, 'confirm', { key: reader }),
    ];
    for (const one of await Promise.all(refused)) expect(problem(one)).toBe('403 FORBIDDEN');
    const elsewhere = await door.addKey('demo', ['redeem', 'read'], 'acme');
    const unseen = [
      quote(link, {}, { key: elsewhere }),
      redeem(quoteId, {}, { key: elsewhere }),
      step(id, 'release', { key: elsewhere }),
    ];
    for (const one of await Promise.all(unseen)) expect(problem(one)).toBe('404 NOT_FOUND');
    expect((await door.ask('GET', `/v1/operations/${id}`)).json).toMatchObject({
      state: 'held',
      version: expect.any(Number),
    });
  });
});

describe('a quote', () => {
  it('needs a traveller who agreed to redeem, and a link in use', async () => {
    const consent = {
      basis: 'contract',
      grantedAt: '2026-01-01T00:00:00Z',
      scopes: ['link', 'read-balance', 'accrue'],
    };
    const { link } = await spender(AIR, { more: { consent } });
    expect(problem(await quote(link))).toBe('403 CONSENT_MISSING');
    const { link: closing } = await spender(AIR);
    const { id: quoteId } = await quoted(closing);
    await door.sql(`UPDATE link SET state = 'suspended' WHERE id = $1`, [fromTypeId('lnk', closing.id)]);
    expect([problem(await quote(closing)), problem(await redeem(quoteId))]).toEqual([
      '409 LINK_NOT_ACTIVE',
      '409 LINK_NOT_ACTIVE',
    ]);
  });

  it('needs a price or points, and something that the scheme sells', async () => {
    const { link } = await spender(AIR);
    const gift = { type: 'gift', sku: 'MUG', quantity: 1 };
    const answers = {
      'nothing said of the price': await quote(link, { price: undefined }),
      'a gift': await quote(link, { reward: gift }),
      'a train at an airline': await quote(link, { reward: rewardFor(RAIL) }),
      'another currency': await quote(link, { price: { currency: 'USD', minor: 100 } }),
      'a price and other points': await quote(link, { points: 1_199 }),
      'a scheme that redeems nothing': await quote((await spender('harbour-hotels')).link),
    };
    expect(Object.values(answers).map(problem)).toEqual([
      '422 PRICE_REQUIRED',
      '422 REWARD_NOT_SUPPORTED',
      '422 REWARD_NOT_SUPPORTED',
      '422 INVALID',
      '422 INVALID',
      '422 CAPABILITY_MISSING',
    ]);
    expect(await quoted(link, { price: undefined, points: 77 })).toMatchObject({ points: 77, valuePerPoint: null });
  });

  it('says in the reader’s language what its hold is worth', async () => {
    const { link } = await spender(AIR);
    const notices = await Promise.all(
      ['zh', 'en'].map((language) => quote(link, {}, { headers: { 'accept-language': language } })),
    );
    expect(notices.map(({ json }) => /\p{Script=Han}/u.test(String(json['holdNotice'])))).toEqual([true, false]);
  });
});

describe('points that are not there', () => {
  it('are refused at once where the hold is ours, and together never set aside', async () => {
    const { link, member } = await spender(AIR, { below: 5_000 });
    const over = await redeem((await quoted(link, { price: undefined, points: member.balance + 1 })).id);
    expect([problem(over), over.json['reason']]).toEqual(['409 INSUFFICIENT_POINTS', 'insufficient-points']);
    const half = Math.ceil(member.balance / 2);
    const quotes = await Promise.all(Array.from({ length: 4 }, () => quoted(link, { price: undefined, points: half })));
    const answers = await Promise.all(quotes.map(({ id }) => redeem(id)));
    const taken = answers.filter(({ status }) => status === 200);
    expect(taken).toHaveLength(member.balance % 2 === 0 ? 2 : 1);
    const account = await door.ask('GET', `/v1/links/${link.id}/account?maxAge=0`);
    expect(account.json).toMatchObject({
      balance: { available: member.balance - taken.length * half, held: taken.length * half },
    });
  });

  it('are refused by the railway, whose word for it is told', async () => {
    const { link } = await spender(RAIL, { below: 10_000 });
    const answer = await redeem((await quoted(link)).id);
    expect([answer.status, answer.json]).toMatchObject([
      200,
      { state: 'rejected', rejection: { reason: 'below-minimum', supplierCode: 'BELOW_FIRST_REDEMPTION' } },
    ]);
  });
});

describe('a refund', () => {
  const refund = (id: string, body: object = {}, ask: Ask = {}): Promise<Answered> =>
    door.ask('POST', `/v1/redemptions/${id}/refund`, {
      headers: WAIT,
      ...ask,
      body: { reason: 'trip cancelled', ...body },
    });

  it('gives back a part, then what is left, then no more', async () => {
    const { id } = await held(AIR);
    expect([problem(await refund(id))]).toEqual(['409 NOT_REFUNDABLE']);
    await step(id, 'confirm');
    const part = await refund(id, { points: 200 });
    expect([part.status, part.json]).toMatchObject([
      200,
      { kind: 'refund', state: 'posted', points: 200, originalId: id },
    ]);
    expect(problem(await refund(id, { points: 1_001 }))).toBe('422 REFUND_EXCEEDS');
    expect((await refund(id)).json).toMatchObject({ state: 'posted', points: 1_000 });
    expect(problem(await refund(id))).toBe('409 ALREADY_REFUNDED');
    expect(problem(await refund(id, {}, { key: door.bench.keys.otherPlatformKey }))).toBe('404 NOT_FOUND');
  });

  it('is not to be had at the railway', async () => {
    const { id } = await held(RAIL);
    await step(id, 'confirm');
    expect(problem(await refund(id))).toBe('422 CAPABILITY_MISSING');
  });
});

it('hostile bodies change nothing', async () => {
  const { link } = await spender(AIR);
  const { id } = operationIn(await redeem((await quoted(link)).id));
  const { id: quoteId } = await quoted(link);
  const price = (minor: unknown) => ({ price: { currency: 'CNY', minor } });
  const bodies: [string, unknown][] = [
    ...[0, -1, 1.5, '10', 2 ** 53, null].map((points): [string, unknown] => [
      '/v1/quotes',
      { points, price: undefined },
    ]),
    ...[0, -1, 1.5, '10', 2 ** 53, null].map((minor): [string, unknown] => ['/v1/quotes', price(minor)]),
    ['/v1/quotes', { price: { currency: 'cny', minor: 1 } }],
    ['/v1/quotes', { hold: 'native' }],
    ['/v1/quotes', { tenantId: randomUUID() }],
    ['/v1/quotes', { linkId: quoteId }],
    ['/v1/quotes', { linkId: randomUUID() }],
    ['/v1/quotes', { reward: { ...rewardFor(AIR), departureDate: '2026-02-30' } }],
    ['/v1/quotes', { reward: { ...rewardFor(AIR), points: 1 } }],
    ['/v1/quotes', { reward: { type: 'points' } }],
    ['/v1/quotes', { reward: [rewardFor(AIR)] }],
    ['/v1/redemptions', { quoteId: link.id }],
    ['/v1/redemptions', { quoteId: `${quoteId}'--` }],
    ['/v1/redemptions', { quoteId, points: 1 }],
    ['/v1/redemptions', { quoteId, state: 'confirmed' }],
    ['/v1/redemptions', { quoteId, metadata: { a: { b: 'c' } } }],
    ['/v1/redemptions', [{ quoteId }]],
    [`/v1/redemptions/${id}/confirm`, { points: 1 }],
    [`/v1/redemptions/${id}/confirm`, []],
    [`/v1/redemptions/${id}/release`, { force: true }],
    [`/v1/redemptions/${id}/refund`, { reason: 'x', points: 0 }],
    [`/v1/redemptions/${id}/refund`, { points: 1 }],
    [`/v1/redemptions/${quoteId}/confirm`, {}],
    [`/v1/redemptions/${link.id}/release`, {}],
  ];
  const everything = () =>
    door.sql('SELECT id, state, version, intent, points FROM operation ORDER BY id').then(async (operations) => ({
      operations,
      quotes: await door.sql('SELECT count(*) AS n FROM quote'),
      reservations: await door.sql('SELECT operation_id, ended_at FROM reservation ORDER BY 1'),
    }));
  const before = await everything();
  const whole = { linkId: link.id, reward: rewardFor(AIR), ...price(1_200) };
  for (const [path, body] of bodies) {
    const sent = path === '/v1/quotes' ? { ...whole, ...(body as object) } : body;
    const answer = await door.ask('POST', path, { body: sent });
    expect([path, body, answer.status >= 400 && answer.status < 500]).toEqual([path, body, true]);
  }
  const prototype = `{"quoteId":"${quoteId}","__proto__":{"points":1}}`;
  const polluting = await door.ask('POST', '/v1/redemptions', {
    body: prototype,
    headers: { 'content-type': 'application/json' },
  });
  expect(polluting.status).toBe(422);
  expect(problem(await redeem(quoteId, {}, { idempotencyKey: null }))).toBe('400 IDEMPOTENCY_KEY_REQUIRED');
  expect(await everything()).toEqual(before);
});

it('the books hold', async () => {
  expect(await brokenInvariants(door.bench.ownerUrl)).toEqual([]);
  expect(door.bench.errors).toEqual([]);
});
