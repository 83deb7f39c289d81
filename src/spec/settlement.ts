import type { Instant, LocalDate, Points } from './values.js';

/** Which day's settlement is asked for: the supplier's posting date in the scheme's zone. `today` is the date there now. */
export interface SettlementDay {
  readonly businessDate: LocalDate;
  readonly zone: string;
  readonly today: LocalDate;
}

/** What a settlement line can be about. */
export const SETTLEMENT_KINDS = ['accrual', 'reversal', 'redemption', 'refund', 'transfer', 'other'] as const;

/**
 * One line of a supplier's settlement; `points` signed from the member (accrual and refund +, redemption and reversal −).
 * `line` counts from 1 over the input. `reference` is ours as the supplier repeats it; `originalReference` names, on a reversal or a
 * refund whose own reference the supplier does not keep, the operation that it takes back.
 */
export interface SettlementLine {
  readonly line: number;
  readonly reference?: string | undefined;
  readonly originalReference?: string | undefined;
  readonly supplierReference?: string | undefined;
  readonly memberNumber: string;
  readonly kind: (typeof SETTLEMENT_KINDS)[number];
  readonly points: Points;
  readonly postedAt: Instant;
}

/** Why nothing of an input is believed. */
export type SettlementFaultReason =
  | 'unreadable'
  | 'header'
  | 'other-day'
  | 'other-partner'
  | 'line'
  | 'cut-off'
  | 'totals'
  | 'checksum'
  | 'too-large';

/** A settlement that contradicts itself. `line` counts from 1 and is 0 where no line is to blame; `detail` quotes no member. */
export class SettlementFault extends Error {
  override readonly name = 'SettlementFault';
  constructor(
    readonly reason: SettlementFaultReason,
    readonly line: number,
    readonly detail: string,
  ) {
    super(`${reason} at line ${line}: ${detail}`);
  }
}
