import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Activity, activityDate, activityKey } from '../../src/spec/activity.js';

const date = fc
  .record({ month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) })
  .map(({ month, day }) => `2026-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
/** Few letters, so that equal parts are met often, and the characters a careless key would trip over. */
const part = fc.string({ unit: fc.constantFrom('A', 'B', '|', '%', '7', 'C', ' ', ''), maxLength: 5 });
const money = fc.record({ currency: fc.constant('CNY'), minor: fc.nat() });

const flight = fc.record({
  type: fc.constant('flight' as const),
  ticketNumber: part,
  coupon: fc.integer({ min: 1, max: 12 }),
  marketingCarrier: part,
  flightNumber: part,
  origin: part,
  destination: part,
  departureDate: date,
  bookingClass: part,
});
const stay = fc.record({
  type: fc.constant('stay' as const),
  property: part,
  confirmation: part,
  folio: fc.option(part, { nil: undefined }),
  checkIn: date,
  checkOut: date,
});
const rail = fc.record({
  type: fc.constant('rail' as const),
  orderNumber: part,
  passenger: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  trainNumber: part,
  travelDate: date,
  fare: money,
});
const other = fc.record({ type: fc.constant('other' as const), reference: part, description: part, date });
const activities: fc.Arbitrary<Activity> = fc.oneof(flight, stay, rail, other);

/** What makes two activities the same trip, by the rule of the contract and nothing of the code: parts compared one by one. */
function identity(activity: Activity): readonly string[] {
  const clean = (text: string): string => text.trim().toUpperCase();
  switch (activity.type) {
    case 'flight':
      return ['flight', clean(activity.ticketNumber), String(activity.coupon)];
    case 'stay':
      return [
        'stay',
        clean(activity.property),
        clean(activity.confirmation),
        activity.checkIn,
        clean(activity.folio ?? ''),
      ];
    case 'rail':
      return [
        'rail',
        clean(activity.orderNumber),
        clean(activity.trainNumber),
        activity.travelDate,
        String(activity.passenger ?? 1),
      ];
    case 'other':
      return ['other', clean(activity.reference)];
    default:
      return activity satisfies never;
  }
}

describe('activityKey', () => {
  it('is equal exactly when the parts that name the trip are', () => {
    fc.assert(
      fc.property(activities, activities, (one, two) => {
        const same = JSON.stringify(identity(one)) === JSON.stringify(identity(two));
        expect(activityKey(one) === activityKey(two)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not let parts run into one another', () => {
    const stays = (property: string, confirmation: string): Activity => ({
      type: 'stay',
      property,
      confirmation,
      checkIn: '2026-03-01',
      checkOut: '2026-03-02',
    });
    expect(activityKey(stays('A|B', 'C'))).not.toBe(activityKey(stays('A', 'B|C')));
    expect(activityKey(stays('A%7C', 'C'))).not.toBe(activityKey(stays('A|', 'C')));
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        const same = a.trim() === c.trim() && b.trim() === d.trim();
        expect(activityKey(stays(a, b)) === activityKey(stays(c, d))).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not see case, spaces at the ends, or what does not name the trip', () => {
    fc.assert(
      fc.property(rail, money, part, (activity, fare, seatClass) => {
        const again = { ...activity, fare, seatClass, orderNumber: `  ${activity.orderNumber.toLowerCase()} ` };
        expect(activityKey(again)).toBe(activityKey(activity));
      }),
    );
  });

  it('takes an absent passenger for the first, and tells the second apart', () => {
    const fare = { currency: 'CNY', minor: 100 };
    const ride: Activity = { type: 'rail', orderNumber: 'E1', trainNumber: 'G1', travelDate: '2026-03-01', fare };
    expect(activityKey({ ...ride, passenger: 1 })).toBe(activityKey(ride));
    expect(activityKey({ ...ride, passenger: 2 })).not.toBe(activityKey(ride));
  });

  it('is stored, so its spelling may never change', () => {
    const fare = { currency: 'CNY', minor: 100 };
    const ride: Activity = { type: 'rail', orderNumber: 'e|1', trainNumber: 'G1', travelDate: '2026-03-01', fare };
    expect(activityKey(ride)).toBe('RAIL|E%7C1|G1|2026-03-01|1');
  });
});

describe('activityDate', () => {
  it('is the day the activity ended or took place', () => {
    fc.assert(
      fc.property(flight, stay, rail, other, (flown, stayed, ridden, done) => {
        expect(activityDate(flown)).toBe(flown.departureDate);
        expect(activityDate(stayed)).toBe(stayed.checkOut);
        expect(activityDate(ridden)).toBe(ridden.travelDate);
        expect(activityDate(done)).toBe(done.date);
      }),
    );
  });
});
