import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { OPERATION_ID } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { accrualBody, linkBody, reversalBody } from './samples.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  // Nothing of all this reached a use case.
  expect(gateway.world.asked).toEqual([]);
  await gateway.stop();
});

const good = JSON.stringify(accrualBody);

const without = (body: object, member: string) =>
  Object.fromEntries(Object.entries(body).filter(([n]) => n !== member));
const accrual = (change: object) => ['/v1/accruals', { ...accrualBody, ...change }] as const;
const link = (change: object) => ['/v1/links', { ...linkBody, ...change }] as const;
const activity = (change: object) => accrual({ activity: { ...accrualBody.activity, ...change } });
const stay = { type: 'stay', property: 'P', confirmation: 'C', checkIn: '2025-01-04', checkOut: '2025-01-03' };
const proto = JSON.parse('{"__proto__":"x"}') as object;

it.each([
  ['points 0', accrual({ points: 0 }), '/points'],
  ['points −1', accrual({ points: -1 }), '/points'],
  ['points 1.5', accrual({ points: 1.5 }), '/points'],
  ['points "10"', accrual({ points: '10' }), '/points'],
  ['points 2^53+1', accrual({ points: 9007199254740993 }), '/points'],
  ['points beyond a double', ['/v1/accruals', good.replace('500', '1e400')] as const, '/points'],
  ['points null', accrual({ points: null }), '/points'],
  ['points and bonus beyond 2^53−1', accrual({ points: 9007199254740991, bonusPoints: 1 }), '/bonusPoints'],
  ['a state', accrual({ state: 'posted' }), '/state'],
  ['a tenant', accrual({ tenant_id: 'b' }), '/tenant_id'],
  ['a name with a slash', accrual({ 'a/b~c': 1 }), '/a~1b~0c'],
  ['__proto__', ['/v1/accruals', good.replace('{', '{"__proto__":{"x":1},')] as const, '/__proto__'],
  ['constructor', accrual({ constructor: { prototype: {} } }), '/constructor'],
  ['__proto__ in metadata', accrual({ metadata: proto }), '/metadata/__proto__'],
  ['prototype in metadata', accrual({ metadata: { prototype: 'x' } }), '/metadata/prototype'],
  ['a link id that is none', accrual({ linkId: 'lnk_1' }), '/linkId'],
  ["another kind's id", accrual({ linkId: OPERATION_ID }), '/linkId'],
  ['no activity', ['/v1/accruals', without(accrualBody, 'activity')] as const, '/activity'],
  ['an activity that is no object', accrual({ activity: 5 }), '/activity'],
  ['an activity of no type', accrual({ activity: {} }), '/activity/type'],
  ['an unknown type', activity({ type: 'cruise' }), '/activity/type'],
  ["another type's field", activity({ coupon: 1 }), '/activity/coupon'],
  ['30 February', activity({ date: '2025-02-30' }), '/activity/date'],
  ['29 February of a common year', activity({ date: '2025-02-29' }), '/activity/date'],
  ['the year 9999', activity({ date: '9999-01-01' }), '/activity/date'],
  ['the year 1969', activity({ date: '1969-12-31' }), '/activity/date'],
  ['the date −1', activity({ date: '-1' }), '/activity/date'],
  ['a date with a time', activity({ date: '2025-01-01T00:00:00Z' }), '/activity/date'],
  ['a departure before the arrival', accrual({ activity: stay }), '/activity/checkOut'],
  ['money below nothing', activity({ amount: { currency: 'CNY', minor: -1 } }), '/activity/amount/minor'],
  ['money in parts', activity({ amount: { currency: 'CNY', minor: 0.5 } }), '/activity/amount/minor'],
  ['no such currency form', activity({ amount: { currency: 'cny', minor: 1 } }), '/activity/amount/currency'],
  ['a time with an offset', accrual({ notBefore: '2025-01-01T00:00:00+08:00' }), '/notBefore'],
  ['a leap second', accrual({ notBefore: '2016-12-31T23:59:60Z' }), '/notBefore'],
  ['a time on no date', accrual({ notBefore: '2025-02-30T00:00:00Z' }), '/notBefore'],
  ['a blank reference', accrual({ clientReference: ' ' }), '/clientReference'],
  ['a reference of 65', accrual({ clientReference: 'x'.repeat(65) }), '/clientReference'],
  ['a line break in a reference', accrual({ clientReference: 'a\nb' }), '/clientReference'],
  [
    '21 notes',
    accrual({ metadata: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, ''])) }),
    '/metadata',
  ],
  ['a note of 501', accrual({ metadata: { a: 'x'.repeat(501) } }), '/metadata/a'],
  ['a note named with 41', accrual({ metadata: { ['k'.repeat(41)]: '' } }), `/metadata/${'k'.repeat(41)}`],
  ['a note that is no text', accrual({ metadata: { a: 1 } }), '/metadata/a'],
  ['a list', ['/v1/accruals', []] as const, ''],
  ['null', ['/v1/accruals', 'null'] as const, ''],
  ['no holder', ['/v1/links', without(linkBody, 'holder')] as const, '/holder'],
  ['an empty holder', link({ holder: {} }), '/holder'],
  ['both kinds of holder', link({ holder: { familyName: 'A', names: [{ script: 'Latn', family: 'A' }] } }), '/holder'],
  ['no names', link({ holder: { names: [] } }), '/holder/names'],
  ['a script twice', link({ holder: { names: [nameIn('Hani'), nameIn('Hani')] } }), '/holder/names/1/script'],
  ['a script of others', link({ holder: { names: [nameIn('Cyrl')] } }), '/holder/names/0/script'],
  ['a number of 41', link({ memberNumber: '1'.repeat(41) }), '/memberNumber'],
  ['an empty number', link({ memberNumber: '' }), '/memberNumber'],
  ['a traveller of 129', link({ travellerRef: 'x'.repeat(129) }), '/travellerRef'],
  ['a scheme of capitals', link({ scheme: 'Northwind' }), '/scheme'],
  ['an organisation with an empty part', link({ organisation: 'acme//east' }), '/organisation'],
  ['a consent to nothing', link({ consent: { ...linkBody.consent, scopes: [] } }), '/consent/scopes'],
  ['a consent to the unknown', link({ consent: { ...linkBody.consent, scopes: ['sell'] } }), '/consent/scopes/0'],
  ['a form of numbers', link({ form: { pin: 1234 } }), '/form/pin'],
  ['a return to plain http', link({ returnUrl: 'http://example.com' }), '/returnUrl'],
  ['no reason', [`/v1/accruals/${OPERATION_ID}/reversal`, without(reversalBody, 'reason')] as const, '/reason'],
  [
    'a reversal of nothing',
    [`/v1/accruals/${OPERATION_ID}/reversal`, { ...reversalBody, points: 0 }] as const,
    '/points',
  ],
])('%s is 422', async (_what, [path, body], pointer) => {
  const { status, json: problem } = await gateway.ask('POST', path, { body });
  expect([status, problem['code']]).toEqual([422, 'INVALID']);
  expect((problem['errors'] as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

it('names every fault at once, and none twice', async () => {
  const { json: problem } = await gateway.ask('POST', '/v1/accruals', {
    body: { points: 0, bonusPoints: 'x', activity: { type: 'flight' } },
  });
  const pointers = (problem['errors'] as { pointer: string }[]).map((error) => error.pointer);
  expect(pointers).toEqual([...new Set(pointers)]);
  expect(pointers).toEqual(expect.arrayContaining(['/linkId', '/points', '/bonusPoints', '/activity/coupon']));
});

it('stops naming faults at twenty', async () => {
  const body = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`field${i}`, 1]));
  expect((await gateway.ask('POST', '/v1/accruals', { body })).json['errors']).toHaveLength(20);
});

it('repeats nothing of what was sent', async () => {
  const number = 'NW-CANARY-00771';
  const body = {
    ...linkBody,
    memberNumber: `${number}\n`,
    form: { pin: [number] },
    scheme: number,
    surface: `${number}\u0007`,
  };
  const answer = await gateway.ask('POST', '/v1/links', { body });
  expect(answer.status).toBe(422);
  expect(answer.text).not.toContain('CANARY');
  expect(JSON.stringify(gateway.world.logged)).not.toContain('CANARY');
});

function nameIn(script: string): object {
  return { script, family: 'A' };
}
