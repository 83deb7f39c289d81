import type { AnyAdapter } from '../../src/spec/adapter.js';

/** Something the suite does not run against an adapter, and why. */
export interface LeftOut {
  readonly what: string;
  readonly reason: string;
}

/** Read from the ports alone, so that nobody can forget to say it; empty for an adapter with everything. */
export function leftOut(adapter: AnyAdapter): readonly LeftOut[] {
  const { linking, member, accrual, inbound } = adapter;
  const without = (what: string): LeftOut => ({ what, reason: 'the adapter has no such port' });
  const unrecovered = (what: string): LeftOut => ({
    what: `a lost answer of ${what}`,
    reason: 'it declares no recovery: a file, a push or a person decides',
  });
  return [
    ...(linking === undefined ? [without('linking')] : []),
    ...(member === undefined ? [without('account')] : []),
    ...(member?.statement === undefined ? [without('statement')] : []),
    ...(accrual === undefined ? [without('accrual')] : []),
    ...(accrual?.accrue.idempotency === 'none' ? [unrecovered('an accrual')] : []),
    ...(accrual !== undefined && accrual.reverse === undefined ? [without('reversal')] : []),
    ...(accrual?.reverse?.idempotency === 'none' ? [unrecovered('a reversal')] : []),
    ...(inbound === undefined ? [without('inbound')] : []),
  ];
}
