import type { LocalDate, Money } from './values.js';

/** A flown coupon. `fare` is without taxes. */
export interface FlightActivity {
  readonly type: 'flight';
  readonly ticketNumber: string;
  readonly coupon: number;
  readonly marketingCarrier: string;
  readonly operatingCarrier?: string | undefined;
  readonly flightNumber: string;
  readonly origin: string;
  readonly destination: string;
  readonly departureDate: LocalDate;
  readonly bookingClass: string;
  readonly fareBasis?: string | undefined;
  readonly fare?: Money | undefined;
  readonly taxes?: Money | undefined;
  readonly channel?: string | undefined;
}

/** A stay at a property; `eligible` and `ineligible` split the bill for points. */
export interface StayActivity {
  readonly type: 'stay';
  readonly property: string;
  readonly confirmation: string;
  readonly folio?: string | undefined;
  readonly checkIn: LocalDate;
  readonly checkOut: LocalDate;
  readonly ratePlan?: string | undefined;
  readonly channel?: string | undefined;
  readonly eligible?: Money | undefined;
  readonly ineligible?: Money | undefined;
}

/** One passenger's journey on a rail order; `passenger` is the place on the order, 1 by default. */
export interface RailActivity {
  readonly type: 'rail';
  readonly orderNumber: string;
  readonly passenger?: number | undefined;
  readonly ticketNumber?: string | undefined;
  readonly trainNumber: string;
  readonly origin?: string | undefined;
  readonly destination?: string | undefined;
  readonly travelDate: LocalDate;
  readonly seatClass?: string | undefined;
  readonly passengerType?: string | undefined;
  readonly fare: Money;
}

/** Anything else that earns, named by the platform's own reference. */
export interface OtherActivity {
  readonly type: 'other';
  readonly reference: string;
  readonly description: string;
  readonly date: LocalDate;
  readonly amount?: Money | undefined;
}

/** What a member did to earn points. */
export type Activity = FlightActivity | StayActivity | RailActivity | OtherActivity;

export type ActivityType = Activity['type'];

/**
 * The activity key: what makes a second posting of the same trip impossible. Parts are joined by `|` after each is
 * trimmed, upper-cased and freed of the separator, so that spelling does not make a second trip of one.
 */
export function activityKey(activity: Activity): string {
  switch (activity.type) {
    case 'flight':
      return joined('flight', activity.ticketNumber, String(activity.coupon));
    case 'stay':
      return joined('stay', activity.property, activity.confirmation, activity.checkIn, activity.folio ?? '');
    case 'rail':
      return joined(
        'rail',
        activity.orderNumber,
        activity.trainNumber,
        activity.travelDate,
        String(activity.passenger ?? 1),
      );
    case 'other':
      return joined('other', activity.reference);
    default:
      return activity satisfies never;
  }
}

/** When the activity took place: departure, check-out, travel or the stated date. */
export function activityDate(activity: Activity): LocalDate {
  switch (activity.type) {
    case 'flight':
      return activity.departureDate;
    case 'stay':
      return activity.checkOut;
    case 'rail':
      return activity.travelDate;
    case 'other':
      return activity.date;
    default:
      return activity satisfies never;
  }
}

function joined(...parts: string[]): string {
  return parts.map((part) => part.trim().toUpperCase().replaceAll('%', '%25').replaceAll('|', '%7C')).join('|');
}
