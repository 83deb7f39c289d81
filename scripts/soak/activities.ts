import type { Activity } from '../../src/spec/activity.js';
import type { Reward } from '../../src/spec/reward.js';
import type { Scheme } from '../../src/spec/scheme.js';

/** A trip that no other index has; the flight of a ticket of its own. */
export function activityOf(_scheme: Scheme, index: number): Activity {
  return {
    type: 'flight',
    ticketNumber: String(9_990_000_000_000 + index),
    coupon: 1,
    marketingCarrier: 'NW',
    flightNumber: '1501',
    origin: 'PEK',
    destination: 'SHA',
    departureDate: '2026-11-01',
    bookingClass: 'Y',
  };
}

export function rewardOf(_scheme: Scheme, index: number): Reward {
  return {
    type: 'flight',
    carrier: 'NW',
    flightNumber: String(1 + (index % 9_000)),
    origin: 'PEK',
    destination: 'SHA',
    departureDate: '2026-12-01',
  };
}
