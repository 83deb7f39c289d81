import type { Reward } from '../../src/spec/reward.js';

/** A flight that no other index has, as the reference schemes sell it. */
export function rewardOf(index: number): Reward {
  return {
    type: 'flight',
    carrier: 'NW',
    flightNumber: String(1 + (index % 9_000)),
    origin: 'PEK',
    destination: 'SHA',
    departureDate: '2026-12-01',
  };
}
