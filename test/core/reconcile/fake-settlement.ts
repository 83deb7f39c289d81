import { createHash } from 'node:crypto';
import { TIMINGS } from '../../../src/config/timing.js';
import type { Supplier } from '../../../src/core/supplier/ports.js';
import type { AnyAdapter, SettlementPort, TakenIn } from '../../../src/spec/adapter.js';
import type { LocalDate } from '../../../src/spec/values.js';
import { points } from '../../../src/spec/values.js';
import { SettlementFault, type SettlementLine } from '../../../src/spec/settlement.js';
import { fakeScheme, lookupWrite } from '../operation/fake-scheme.js';

/** A line as a test writes it: an accrual of member 1 unless it says otherwise. */
export type Told = Partial<Omit<SettlementLine, 'points' | 'line'>> & { readonly points: number };

/** What the fake supplier gives for a day; `fault` makes its input contradict itself after its last line. */
export interface Day {
  readonly lines: readonly Told[];
  /** Closed unless it says otherwise. */
  readonly closed?: boolean;
  readonly closedAt?: string;
  readonly fault?: SettlementFault['reason'];
}

/** A supplier that settles in JSON lines, and gives what a test has put there. */
export interface FakeSettlement {
  readonly supplier: Supplier;
  /** The days it has; others are not there yet. */
  readonly days: Map<LocalDate, Day>;
  /** Thrown by the next fetches, one each. */
  readonly failures: unknown[];
  /** How often it was asked. */
  asked(): number;
}

export function fakeSettlement(connectionId: string, coverage: 'ours' | 'member' = 'ours'): FakeSettlement {
  const days = new Map<LocalDate, Day>();
  const failures: unknown[] = [];
  let asked = 0;
  const fetch = async (date: LocalDate): Promise<TakenIn> => {
    asked += 1;
    if (failures.length > 0) throw failures.shift();
    const day = days.get(date);
    if (day === undefined) return { found: 'not-yet' };
    const { closed = true, closedAt } = day;
    const text = day.lines.map((line) => `${JSON.stringify(line)}\n`).join('') + (day.fault ? `#${day.fault}` : '');
    return { found: 'input', bytes: Buffer.from(text), closed, ...(closedAt === undefined ? {} : { closedAt }) };
  };
  const settlement: SettlementPort<never> = {
    coverage,
    fetch: (_context, { businessDate }) => fetch(businessDate),
    parse: (bytes) => read(Buffer.from(bytes).toString('utf8')),
  };
  const adapter: AnyAdapter = {
    spec: 1,
    id: 'fake',
    contract: { document: 'contracts/suppliers/fake.yaml', version: '1' },
    configure: () => ({}) as never,
    accrual: { activities: ['flight', 'other'], accrue: lookupWrite(), reverse: lookupWrite() },
    redemption: { rewards: ['gift'], flow: 'one-step', confirm: lookupWrite() },
    settlement,
  };
  const scheme = fakeScheme({ settlement: { fetchAt: '03:30', expectedBy: '08:00' } });
  const context = () => ({}) as ReturnType<Supplier['context']>;
  return {
    supplier: {
      connectionId,
      version: 1,
      scheme,
      adapter,
      config: {} as never,
      timing: TIMINGS.fast,
      limits: scheme.limits,
      context,
    },
    days,
    failures,
    asked: () => asked,
  };
}

function* read(text: string): Iterable<SettlementLine> {
  let line = 0;
  for (const row of text.split('\n')) {
    line += 1;
    if (row === '') continue;
    if (row.startsWith('#')) throw new SettlementFault(row.slice(1) as SettlementFault['reason'], line, 'as planted');
    const told = JSON.parse(row) as Told;
    yield {
      line,
      memberNumber: '1',
      kind: 'accrual',
      postedAt: '2026-03-10T04:00:00.000Z',
      ...told,
      points: points(told.points),
    };
  }
}

/** The blind index of the tests: link number n of a tenant has member number n. */
export const fakeVault = {
  index: (_scheme: string, number: string): Buffer => createHash('sha256').update(number).digest(),
};
