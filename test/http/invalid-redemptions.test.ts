import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LINK_ID, OPERATION_ID } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { posts, quoteBody, redemptionBody, refundBody, resyncBody, rewards } from './samples.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  // Nothing of all this reached a use case.
  expect(gateway.world.asked).toEqual([]);
  await gateway.stop();
});

const quote = (change: object) => ['/v1/quotes', { ...quoteBody, ...change }] as const;
const unpriced = (change: object) => ['/v1/quotes', { linkId: LINK_ID, reward: rewards[3], ...change }] as const;
const reward = (type: string, change: object) =>
  quote({ reward: { ...rewards.find((one) => one.type === type), ...change } });
const sent = (name: string, change: object) => [posts[name]?.path ?? '', { ...posts[name]?.body, ...change }] as const;
const scope = (change: object) => sent('createResync', { scope: change });

it.each([
  ['a price of nothing', quote({ price: { currency: 'CNY', minor: 0 } }), '/price/minor'],
  ['a price below nothing', quote({ price: { currency: 'CNY', minor: -1 } }), '/price/minor'],
  ['a price in parts', quote({ price: { currency: 'CNY', minor: 1.5 } }), '/price/minor'],
  ['a price that is a number', quote({ price: 553 }), '/price'],
  ['points 0', unpriced({ points: 0 }), '/points'],
  ['points 1.5', quote({ points: 1.5 }), '/points'],
  ['a hold of its own', quote({ hold: 'soft' }), '/hold'],
  ['a client reference, which no quote has', quote({ clientReference: 'x' }), '/clientReference'],
  ['a link id that is none', quote({ linkId: 'lnk_1' }), '/linkId'],
  ['no reward', ['/v1/quotes', { linkId: LINK_ID, points: 5 }] as const, '/reward'],
  ['a reward that is no object', quote({ reward: 'rail' }), '/reward'],
  ['a reward of no type', quote({ reward: {} }), '/reward/type'],
  ['a reward of an unknown type', quote({ reward: { type: 'lounge' } }), '/reward/type'],
  ["an activity's type", quote({ reward: { type: 'other', reference: 'r', description: 'd' } }), '/reward/type'],
  ["another type's field", reward('rail', { sku: 'x' }), '/reward/sku'],
  ['30 February', reward('rail', { travelDate: '2030-02-30' }), '/reward/travelDate'],
  ['29 February of a common year', reward('flight', { departureDate: '2030-02-29' }), '/reward/departureDate'],
  ['the year 9999', reward('stay', { checkOut: '9999-01-01' }), '/reward/checkOut'],
  ['a departure before the arrival', reward('stay', { checkOut: '2030-01-01' }), '/reward/checkOut'],
  ['a carrier in small letters', reward('flight', { carrier: 'nw' }), '/reward/carrier'],
  ['an airport of four letters', reward('flight', { origin: 'ZSPD' }), '/reward/origin'],
  ['a booking class of three', reward('flight', { bookingClass: 'ABC' }), '/reward/bookingClass'],
  ['a flight number with a blank', reward('flight', { flightNumber: '1 3' }), '/reward/flightNumber'],
  ['an empty order number', reward('rail', { orderNumber: '' }), '/reward/orderNumber'],
  ['a beneficiary that is a number', reward('rail', { beneficiary: 3 }), '/reward/beneficiary'],
  ['an upgrade of nothing', reward('upgrade', { bookingReference: ' ' }), '/reward/bookingReference'],
  ['no gift at all', reward('gift', { quantity: 0 }), '/reward/quantity'],
  ['a thousand gifts', reward('gift', { quantity: 1000 }), '/reward/quantity'],
  ['half a gift', reward('gift', { quantity: 0.5 }), '/reward/quantity'],
  ['a description of 501', reward('cash-off', { description: 'x'.repeat(501) }), '/reward/description'],
  ['a line break in a description', reward('cash-off', { description: 'a\nb' }), '/reward/description'],
  ['no quote', ['/v1/redemptions', {}] as const, '/quoteId'],
  ["another kind's id for a quote", ['/v1/redemptions', { quoteId: OPERATION_ID }] as const, '/quoteId'],
  ['points of a redemption', ['/v1/redemptions', { ...redemptionBody, points: 1 }] as const, '/points'],
  ['a state of a redemption', ['/v1/redemptions', { ...redemptionBody, state: 'held' }] as const, '/state'],
  ['a payment at the confirm', sent('confirmRedemption', { payment: {} }), '/payment'],
  ['a reason for a release', sent('releaseRedemption', { reason: 'x' }), '/reason'],
  ['a refund of nothing', sent('createRefund', { points: 0 }), '/points'],
  ['a refund without a reason', sent('createRefund', { ...refundBody, reason: undefined }), '/reason'],
  ['a day that is none', sent('createReconciliation', { businessDate: '2025-02-30' }), '/businessDate'],
  ['a day with a time', sent('createReconciliation', { businessDate: '2025-02-03T00:00:00Z' }), '/businessDate'],
  ['a scheme of capitals', sent('createReconciliation', { scheme: 'Railway' }), '/scheme'],
  ['a sign-off without a reason', sent('signOffReconciliation', { reason: ' ' }), '/reason'],
  ['an act that is none', sent('actOnBreak', { action: 'write-off' }), '/action'],
  ['a break given to nobody', sent('actOnBreak', { owner: undefined }), '/owner'],
  ['an owner of a look-up', sent('actOnBreak', { action: 'look-up' }), '/owner'],
  ['an empty scope', scope({}), '/scope'],
  ['a scope of everything', scope({ all: true }), '/scope/all'],
  ['no operations', scope({ operationIds: [] }), '/scope/operationIds'],
  ['an operation twice', scope({ operationIds: [OPERATION_ID, OPERATION_ID] }), '/scope/operationIds'],
  ['an operation that is a link', scope({ operationIds: [LINK_ID] }), '/scope/operationIds/0'],
  ['a window that ends first', scope({ from: '2025-01-02T00:00:00Z', to: '2025-01-01T00:00:00Z' }), '/scope/to'],
  ['a window with an offset', scope({ from: '2025-01-02T00:00:00+08:00' }), '/scope/from'],
  ['a dry run in words', ['/v1/support/resyncs', { ...resyncBody, dryRun: 'yes' }] as const, '/dryRun'],
])('%s is 422', async (_what, [path, body], pointer) => {
  for (const language of ['en', 'zh']) {
    const headers = { 'accept-language': language };
    const { status, json: problem } = await gateway.ask('POST', path, { body, headers });
    expect([status, problem['code']]).toEqual([422, 'INVALID']);
    const errors = problem['errors'] as { pointer: string; message: string }[];
    expect(errors.map((error) => error.pointer)).toContain(pointer);
    // The sentence of last resort tells nobody anything.
    for (const { message } of errors) expect(message).not.toMatch(/the contract describes|接口约定/);
  }
});
