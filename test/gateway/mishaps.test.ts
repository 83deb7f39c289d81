import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { brokenInvariants } from '../support/invariants.js';
import { redisUrl } from '../support/redis.js';
import { type Door, openDoor, SCHEMES, type SchemeId } from './door.js';
import {
  accrue,
  during,
  effects,
  inState,
  type Link,
  linked,
  type Operation,
  operationIn,
  operationOf,
} from './requests.js';

/**
 * What goes wrong, one accrual for each. `garbage` comes first, when nothing else draws from the same seed, so that at the
 * hotel group it comes from one who had done what it was asked: its "not found" is believed only after 20 s, and that much
 * waiting belongs to a longer run. Then the slow one, so that look-ups begin while others still go wrong. Throttling comes last:
 * a connection that took a call or two a second takes half of that from then on, and all others would wait for it.
 */
const MISHAPS = ['garbage', 'slowDrip', 'skewedClock', 'errorAfterCommit', 'wrongEcho', 'commitThenDrop', 'throttle'];

const doors = new Map<string, Door>();
beforeAll(async () => {
  doors.set('PostgreSQL', await openDoor());
  const redis = redisUrl();
  if (redis !== null) doors.set('Redis', await openDoor({ redisUrl: redis }));
});
afterAll(async () => {
  for (const door of doors.values()) await door.close();
});

// On both queues together: most of it is waiting for what the schedule says.
it('whatever suppliers do to their answers, each accrual ends posted, once, on either queue', async () => {
  const stories = [...doors].flatMap(([queue, door]) =>
    SCHEMES.map(async (scheme) => ({ queue, door, scheme, operations: await throughMishaps(door, scheme) })),
  );
  for (const { queue, door, scheme, operations } of await Promise.all(stories)) {
    for (const [index, { state, reference }] of operations.entries()) {
      const told = { queue, scheme, mishap: MISHAPS[index], state, effects: await effects(door, scheme, reference) };
      expect(told).toMatchObject({ state: 'posted', effects: [{ points: 500 }] });
    }
  }
  for (const { bench } of doors.values()) {
    expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
    expect(bench.errors).toEqual([]);
  }
}, 90_000);

async function throughMishaps(door: Door, scheme: SchemeId): Promise<Operation[]> {
  const { link } = await linked(door, scheme, 'unlucky');
  const begun: Operation[] = [];
  for (const fault of MISHAPS) {
    begun.push(await during(door, scheme, fault, () => attempted(door, link)));
  }
  for (const { id } of begun) await inState(door, id, scheme === 'phoenix-miles' ? 'submitted' : 'posted', 40_000);
  if (scheme === 'phoenix-miles') await door.sandbox.post(`${scheme}/close-day`);
  return Promise.all(begun.map(({ id }) => inState(door, id, 'posted')));
}

/** An accrual whose first send has ended, however it did. */
async function attempted(door: Door, link: Link): Promise<Operation> {
  const { id } = operationIn(await accrue(door, link));
  return eventually(
    () => operationOf(door, id),
    ({ attempts, state }) => attempts > 0 && state !== 'sending',
  );
}

it.each<[SchemeId, string, { fewest: number; most: number }]>([
  ['northwind-air', 'repeat', { fewest: 2, most: 9 }],
  ['china-railway', 'repeat', { fewest: 2, most: 9 }],
  ['harbour-hotels', 'look-up', { fewest: 1, most: 1 }],
])('an outcome at %s that is unknown is said to be, and found out by %s', async (scheme, by, sends) => {
  const door = doors.get('PostgreSQL');
  if (door === undefined) throw new Error('there is no door');
  const { link } = await linked(door, scheme, 'unknown');
  const unknown = await during(door, scheme, 'commitThenDrop', async () =>
    inState(door, operationIn(await accrue(door, link)).id, 'unknown'),
  );
  expect(unknown).toMatchObject({ rejection: null, reviewReason: null, supplierReference: null });
  expect(Date.parse(String(unknown.nextActionAt))).toBeGreaterThan(Date.parse(unknown.createdAt));
  const again = await accrue(door, link, { activity: unknown.activity });
  expect([again.status, again.json['id']]).toEqual([200, unknown.id]);
  const operation = await inState(door, unknown.id, 'posted');
  expect(operation).toMatchObject({ evidence: { by }, nextActionAt: null, supplierReference: expect.any(String) });
  expect(operation.attempts).toBeGreaterThanOrEqual(sends.fewest);
  expect(operation.attempts).toBeLessThanOrEqual(sends.most);
  expect(await effects(door, scheme, operation.reference)).toHaveLength(1);
});
