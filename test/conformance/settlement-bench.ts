import type { ActivityType } from '../../src/spec/activity.js';
import type { SettlementDay } from '../../src/spec/settlement.js';
import type { Bench } from './bench.js';
import type { Posting } from './control.js';
import { accrualTrial, redemptionTrial, refundTrial, reversalTrial } from './write-bench.js';

/** A day with a bit of everything in it, closed. */
export interface ClosedDay {
  readonly day: SettlementDay;
  /** The day after, which is still open. */
  readonly next: SettlementDay;
  /** The supplier's books of the day. */
  readonly rows: readonly Posting[];
  /** When it was closed, Unix milliseconds: not before the first and not after the second. */
  readonly closedBetween: readonly [number, number];
  /** Of the members on it. */
  readonly secrets: readonly string[];
}

/** Has everything done that the ports can do, on a day of its own, and what the supplier does by itself. */
export async function closedDay(bench: Bench, type: ActivityType): Promise<ClosedDay> {
  const { accrual, redemption } = bench.adapter;
  const first = await accrualTrial(bench, type);
  const second = await accrualTrial(bench, type);
  const reversal = accrual?.reverse === undefined ? undefined : await reversalTrial(bench, type);
  const [reward] = redemption?.rewards ?? [];
  const refund =
    redemption?.refund === undefined || reward === undefined ? undefined : await refundTrial(bench, reward);
  const spending = reward === undefined ? undefined : await redemptionTrial(bench, reward);
  await closeDay(bench);
  const before = await bench.control.postings();

  const { context } = bench.call();
  for (const { input, attempt } of [first, second]) await accrual?.accrue.perform(context, input, attempt);
  if (reversal !== undefined) await accrual?.reverse?.perform(context, reversal.input, reversal.attempt);
  if (redemption?.flow === 'hold-first' && spending !== undefined) {
    await redemption.hold.perform(context, spending.input, spending.attempt);
  }
  if (spending !== undefined) await redemption?.confirm.perform(context, spending.input, spending.attempt);
  if (refund !== undefined) await redemption?.refund?.perform(context, refund.input, refund.attempt);
  await bench.control.ownActivity(first.asked.memberNumber, 77);

  const from = bench.now();
  const businessDate = await closeDay(bench);
  const until = bench.now();
  const trials = [first, second, reversal, spending, refund];
  return {
    day: dayOf(bench, businessDate),
    next: dayOf(bench, dateAfter(businessDate)),
    rows: (await bench.control.postings()).slice(before.length),
    closedBetween: [from, until],
    secrets: trials.flatMap((trial) => trial?.secrets ?? []),
  };
}

/** Closes the open day and answers which one it was. */
async function closeDay({ sandboxUrl, scheme }: Bench): Promise<string> {
  const response = await fetch(`${sandboxUrl}/_control/${scheme.id}/close-day`, { method: 'POST' });
  return ((await response.json()) as { readonly businessDate: string }).businessDate;
}

/** A date as whoever settles asks for it, today at the supplier. */
function dayOf(bench: Bench, businessDate: string): SettlementDay {
  const { zone } = bench.scheme;
  return { businessDate, zone, today: new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(bench.now()) };
}

function dateAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
