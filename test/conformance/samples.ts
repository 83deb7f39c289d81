import type { Activity, ActivityType } from '../../src/spec/activity.js';
import type { Reward, RewardType } from '../../src/spec/reward.js';

const fare = { currency: 'CNY', minor: 25_300 };

/** One activity of each type, different on every call: no supplier may take it for one it has seen. */
export function sampleActivity(type: ActivityType): Activity {
  const serial = nextSerial();
  const date = '2026-11-18';
  switch (type) {
    case 'flight':
      return {
        type,
        ticketNumber: `999${serial}`,
        coupon: 1,
        marketingCarrier: 'NW',
        flightNumber: 'NW101',
        origin: 'PEK',
        destination: 'SHA',
        departureDate: date,
        bookingClass: 'Y',
        fare,
      };
    case 'stay':
      return {
        type,
        property: 'HARB1',
        confirmation: `C${serial}`,
        checkIn: '2026-11-16',
        checkOut: date,
        eligible: fare,
      };
    case 'rail':
      return { type, orderNumber: `E${serial}`, trainNumber: 'G1', travelDate: date, fare };
    case 'other':
      return { type, reference: `X${serial}`, description: 'Airport parking', date };
    default:
      return type satisfies never;
  }
}

/** One reward of each type, for an order of its own on every call. */
export function sampleReward(type: RewardType): Reward {
  const serial = nextSerial();
  switch (type) {
    case 'flight':
      return {
        type,
        carrier: 'NW',
        flightNumber: 'NW101',
        origin: 'PEK',
        destination: 'SHA',
        departureDate: '2026-12-20',
        bookingReference: `F${serial}`,
      };
    case 'stay':
      return {
        type,
        property: 'HARB1',
        checkIn: '2026-12-18',
        checkOut: '2026-12-20',
        bookingReference: `C${serial}`,
      };
    case 'rail':
      return { type, orderNumber: `E${serial}`, trainNumber: 'G1', travelDate: '2026-12-20' };
    case 'upgrade':
      return { type, bookingReference: `F${serial}`, to: 'C' };
    case 'gift':
      return { type, sku: `S${serial}`, quantity: 1 };
    case 'cash-off':
      return { type, reference: `X${serial}`, description: 'Off an order' };
    default:
      return type satisfies never;
  }
}

/** A reference as the core mints them: 13 digits of Unix milliseconds and 7 more. */
export function mintReference(nowMs: number): string {
  return `${String(nowMs).padStart(13, '0')}${nextSerial().slice(-7)}`;
}

let serial = 0;

function nextSerial(): string {
  serial += 1;
  return String(serial).padStart(10, '0');
}
