import type { OperationRow } from './row.js';

/** What an operation does to the member's balance, bonus included: accrual and refund +, redemption and reversal −. */
export function signedPoints({
  kind,
  points,
  bonusPoints,
}: Pick<OperationRow, 'kind' | 'points' | 'bonusPoints'>): number {
  const total = points + bonusPoints;
  return kind === 'redemption' || kind === 'reversal' ? -total : total;
}
