import type { Instant, Points } from './values.js';

/** One line of a supplier's settlement; `points` signed from the member (accrual and refund +, redemption and reversal −). */
export interface SettlementLine {
  readonly line: number;
  readonly reference?: string | undefined;
  readonly supplierReference?: string | undefined;
  readonly memberNumber: string;
  readonly kind: 'accrual' | 'reversal' | 'redemption' | 'refund' | 'transfer' | 'other';
  readonly points: Points;
  readonly postedAt: Instant;
}
