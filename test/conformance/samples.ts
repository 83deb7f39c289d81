import type { Activity, ActivityType } from '../../src/spec/activity.js';

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

/** A reference as the core mints them: 13 digits of Unix milliseconds and 7 more. */
export function mintReference(nowMs: number): string {
  return `${String(nowMs).padStart(13, '0')}${nextSerial().slice(-7)}`;
}

let serial = 0;

function nextSerial(): string {
  serial += 1;
  return String(serial).padStart(10, '0');
}
