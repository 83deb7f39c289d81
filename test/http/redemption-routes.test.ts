import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/core/problem.js';
import { LINK, newWorld, NOBODY, OPERATION, OPERATION_ID, QUOTE } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { quoteBody, redemptionBody, refundBody, rewards } from './samples.js';
import { toTypeId } from '../../src/spec/typeid.js';

const world = newWorld();
const { redemptions } = world;
let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway(world);
});
beforeEach(() => {
  world.asked.length = 0;
  world.redemptions = redemptions;
});
afterAll(() => gateway.stop());

const lastAsked = () => world.asked.at(-1);
const step = (name: 'confirm' | 'release') => `/v1/redemptions/${OPERATION_ID}/${name}`;

describe('a quote', () => {
  it.each(rewards.map((reward) => [reward.type, reward]))(
    'for %s goes to the use case as it was sent',
    async (_type, reward) => {
      const headers = { 'accept-language': 'zh' };
      const { status, json } = await gateway.ask('POST', '/v1/quotes', { body: { ...quoteBody, reward }, headers });
      expect([status, json['reward']]).toEqual([200, reward]);
      const input = { linkId: LINK, reward, price: quoteBody.price, points: undefined, language: 'zh' };
      expect(lastAsked()).toEqual({ name: 'quote', input });
    },
  );

  it('may be asked for by points, by price, by both, and by neither for the use case to judge', async () => {
    const { price, ...unpriced } = quoteBody;
    for (const asked of [{ points: 500 }, { price }, { points: 500, price }, {}]) {
      expect((await gateway.ask('POST', '/v1/quotes', { body: { ...unpriced, ...asked } })).status).toBe(200);
      expect(lastAsked()?.input).toMatchObject(asked);
    }
  });

  it('needs a link that is there, and a redemption a quote that is', async () => {
    const { json } = await gateway.ask('POST', '/v1/quotes', {
      body: { ...quoteBody, linkId: toTypeId('lnk', NOBODY) },
    });
    expect(json['code']).toBe('NOT_FOUND');
    const body = { quoteId: toTypeId('qte', NOBODY) };
    expect((await gateway.ask('POST', '/v1/redemptions', { body })).json['code']).toBe('NOT_FOUND');
  });
});

describe('a redemption', () => {
  it('is made of a quote', async () => {
    const { status, json, headers } = await gateway.ask('POST', '/v1/redemptions', { body: redemptionBody });
    expect([status, headers.get('location')]).toEqual([202, `/v1/operations/${OPERATION_ID}`]);
    expect(json).toMatchObject({ kind: 'redemption', step: 'hold', intent: 'release', hold: { kind: 'native' } });
    const input = { quoteId: QUOTE, clientReference: 'order-5568', metadata: {} };
    expect(lastAsked()).toEqual({ name: 'redeem', input });
  });

  describe.each(['confirm', 'release'] as const)('asked to %s', (name) => {
    it.each([
      ['no body', {}],
      ['an empty body', { headers: { 'content-type': 'application/json' } }],
      ['an empty body of no known type', { headers: { 'content-type': 'text/plain' } }],
      ['an empty object', { body: {} }],
      ['an empty object spelt out', { body: ' { } ', headers: { 'content-type': 'application/json' } }],
    ])('with %s goes to the use case', async (_what, sent) => {
      expect((await gateway.ask('POST', step(name), sent)).status).toBe(202);
      expect(lastAsked()).toEqual({ name, input: OPERATION });
    });
  });

  it('is the same request with no body and with an empty object', async () => {
    const first = await gateway.ask('POST', step('confirm'), { idempotencyKey: 'same' });
    const second = await gateway.ask('POST', step('confirm'), { idempotencyKey: 'same', body: {} });
    expect([first.headers.has('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([
      false,
      'true',
    ]);
    const release = await gateway.ask('POST', step('release'), { idempotencyKey: 'same' });
    expect(release.json['code']).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it.each([
    ['a payment', { payment: { currency: 'CNY', minor: 1 } }, 422, 'INVALID'],
    ['a list', [], 422, 'INVALID'],
    ['half an object', '{', 400, 'MALFORMED'],
    ['a blank', ' ', 400, 'MALFORMED'],
  ])('refuses %s in a step', async (_what, body, status, code) => {
    const answer = await gateway.ask('POST', step('confirm'), {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, answer.json['code']]).toEqual([status, code]);
    expect(world.asked).toEqual([]);
  });

  it('refuses another media type in a step, and a body that is too large', async () => {
    const plain = { body: '{}', headers: { 'content-type': 'text/plain' } };
    expect((await gateway.ask('POST', step('release'), plain)).status).toBe(415);
    const large = { body: ' '.repeat(64 * 1024 + 1), headers: { 'content-type': 'application/json' } };
    expect((await gateway.ask('POST', step('release'), large)).status).toBe(413);
    expect(world.asked).toEqual([]);
  });

  it('that stands elsewhere says where, and of a used quote who has it', async () => {
    world.redemptions = {
      ...redemptions,
      confirm: async () => Promise.reject(new Problem('REDEMPTION_STATE', { state: 'released' })),
      redeem: async () => Promise.reject(new Problem('QUOTE_USED', { operationId: OPERATION })),
    };
    const confirm = await gateway.ask('POST', step('confirm'));
    expect([confirm.status, confirm.json['code'], confirm.json['state']]).toEqual([
      409,
      'REDEMPTION_STATE',
      'released',
    ]);
    const again = await gateway.ask('POST', '/v1/redemptions', { body: redemptionBody });
    expect(again.json).toMatchObject({ status: 409, code: 'QUOTE_USED', operationId: OPERATION_ID });
  });
});

describe('a refund', () => {
  it('is of the redemption of the path, of all that is left without points', async () => {
    const path = `/v1/redemptions/${OPERATION_ID}/refund`;
    expect((await gateway.ask('POST', path, { body: { ...refundBody, clientReference: 'r-1' } })).status).toBe(202);
    expect(lastAsked()?.input).toEqual({
      ...refundBody,
      redemptionId: OPERATION,
      clientReference: 'r-1',
      metadata: {},
    });
    await gateway.ask('POST', path, { body: { reason: 'Cancelled' } });
    expect(lastAsked()?.input).toMatchObject({ points: undefined, reason: 'Cancelled' });
  });
});
