import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { brokenInvariants, ledgerPoints } from '../support/invariants.js';
import { linkSpender, redeemPoints } from '../support/travellers.js';
import { openRedemptionPlace, type RedemptionPlace } from './redemption-place.js';

const SCHEMES = ['china-railway', 'northwind-air'] as const;
/**
 * Whatever a supplier can do to an exchange; `refuse` also resets a connection of ours that is open. Throttling comes last: from then on
 * a connection takes half of the little that it took, and all others would wait for it.
 */
const MISHAPS = [
  'refuse',
  'hang',
  'commitThenDrop',
  'dropBeforeCommit',
  'commitLate',
  'errorBeforeCommit',
  'errorAfterCommit',
  'garbage',
  'wrongEcho',
  'slowDrip',
  'skewedClock',
  'throttle',
];

let place: RedemptionPlace;
beforeAll(async () => {
  place = await openRedemptionPlace(null);
});
afterAll(() => place.close());

/** A redemption whose every first send goes wrong in one way; gives its id. */
async function unlucky(scheme: (typeof SCHEMES)[number], fault: string): Promise<string> {
  const { linkId } = await linkSpender(place.bench, place.bench.demo, scheme);
  await place.bench.gateway.links.account(place.bench.demo, linkId, 0);
  let id = '';
  await place.during(scheme, fault, async () => {
    id = await redeemPoints(place.bench, place.bench.demo, { scheme, linkId, points: 500 });
    await place.firstSendOver(id, 'hold');
  });
  await place.inState(id, 'held');
  await place.during(scheme, fault, async () => {
    await place.act('confirm', id);
    await place.firstSendOver(id, 'confirm');
  });
  return id;
}

it.each(SCHEMES)(
  'whatever %s does to its answers, each redemption is confirmed, once',
  async (scheme) => {
    for (const fault of MISHAPS) {
      const id = await unlucky(scheme, fault);
      const { state } = await place.inState(id, 'confirmed');
      const effects = await place.effects(scheme, id);
      expect({ fault, state, effects }).toMatchObject({ fault, state: 'confirmed', effects: [{ points: -500 }] });
    }
    expect(await ledgerPoints(place.bench.ownerUrl, scheme)).toBe(-500 * MISHAPS.length);
    expect(await brokenInvariants(place.bench.ownerUrl)).toEqual([]);
    expect(place.bench.errors).toEqual([]);
  },
  240_000,
);
