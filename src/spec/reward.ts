import type { Instant, LocalDate } from './values.js';

/** What points may buy; each reward is a member of this union, told apart by `type` (gateway-api.md, `POST /v1/quotes`). */
export const REWARD_TYPES = ['flight', 'stay', 'rail', 'upgrade', 'gift', 'cash-off'] as const;
export type RewardType = (typeof REWARD_TYPES)[number];

export interface FlightReward {
  readonly type: 'flight';
  readonly carrier: string;
  readonly flightNumber: string;
  readonly origin: string;
  readonly destination: string;
  readonly departureDate: LocalDate;
  readonly bookingClass?: string | undefined;
  /** The platform's booking, where there is one already. */
  readonly bookingReference?: string | undefined;
}

export interface StayReward {
  readonly type: 'stay';
  readonly property: string;
  readonly checkIn: LocalDate;
  readonly checkOut: LocalDate;
  readonly roomType?: string | undefined;
  readonly bookingReference?: string | undefined;
}

export interface RailReward {
  readonly type: 'rail';
  readonly orderNumber: string;
  readonly trainNumber: string;
  readonly origin?: string | undefined;
  readonly destination?: string | undefined;
  readonly travelDate: LocalDate;
  readonly seatClass?: string | undefined;
  /** A named beneficiary of the member's, as the supplier numbers them; absent: the member travels. */
  readonly beneficiary?: string | undefined;
}

export interface UpgradeReward {
  readonly type: 'upgrade';
  readonly bookingReference: string;
  readonly to: string;
}

export interface GiftReward {
  readonly type: 'gift';
  readonly sku: string;
  readonly quantity: number;
}

export interface CashOffReward {
  readonly type: 'cash-off';
  readonly reference: string;
  readonly description: string;
}

export type Reward = FlightReward | StayReward | RailReward | UpgradeReward | GiftReward | CashOffReward;

/** Points set aside for a redemption: at the supplier, or as a reservation in our own books. */
export interface Hold {
  readonly kind: 'native' | 'soft';
  readonly expiresAt: Instant;
}
