import { INCIDENT_KINDS, UNKNOWN_AGES, WORKS } from '../core/health/ports.js';
import { EXPECTATION_STATES, OPERATION_KINDS, REDEMPTION_STATES, WRITE_STATES } from '../spec/operation.js';

/** What stands for a value that is in no closed set: whatever it was, it is not told. */
const OTHER = 'other';

/** What came of a call to a supplier, by the names that attempts are kept under. */
const OUTCOMES = [
  ...['receipt', 'mismatch', 'not-sent', 'rate-limited', 'unknown-outcome', 'rejected', 'unmapped', 'auth', 'bug'],
  ...['found', 'found-hold', 'found-refused', 'absent', 'look-up-failed'],
] as const;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
const LANES = ['live', 'lookup', 'support', 'nightly'] as const;
const STATES = [...new Set([...WRITE_STATES, ...EXPECTATION_STATES, ...REDEMPTION_STATES])];

/**
 * Every value that a label may have: whatever a supplier, a platform or a person writes can only ever be one of these, so that no
 * member number, name or id gets into a label, and their number is bounded.
 */
export interface ClosedSets {
  readonly scheme: readonly string[];
  readonly route: readonly string[];
  readonly kind: readonly string[];
  readonly state: readonly string[];
  readonly act: readonly string[];
  readonly outcome: readonly string[];
  readonly lane: readonly string[];
  readonly work: readonly string[];
  readonly incident: readonly string[];
  readonly age: readonly string[];
  readonly priority: readonly string[];
  readonly method: readonly string[];
  readonly status: readonly string[];
}

/** The sets of a gateway that serves these schemes; `routes` are the contract's paths, none for a process without a door. */
export function closedSets(schemes: readonly string[], routes: readonly string[]): ClosedSets {
  return {
    scheme: [...schemes, OTHER],
    route: [...routes, 'none', OTHER],
    kind: [...OPERATION_KINDS, OTHER],
    state: [...STATES, OTHER],
    act: ['send', 'repeat', 'look-up', OTHER],
    outcome: [...OUTCOMES, OTHER],
    lane: [...LANES, OTHER],
    work: [...WORKS, OTHER],
    incident: [...INCIDENT_KINDS, OTHER],
    age: [...UNKNOWN_AGES, OTHER],
    priority: ['live', 'support', 'nightly', OTHER],
    method: [...METHODS, OTHER],
    status: [...STATUS_CLASSES, OTHER],
  };
}

/** The labels with every value that its set does not know replaced. */
export function closed<Name extends keyof ClosedSets>(
  sets: ClosedSets,
  labels: Readonly<Record<Name, string>>,
): Record<Name, string> {
  const pairs = Object.entries<string>(labels).map(([name, value]) => [
    name,
    sets[name as Name].includes(value) ? value : OTHER,
  ]);
  return Object.fromEntries(pairs) as Record<Name, string>;
}

/** The values of a set that have a name of their own. */
export function named(set: readonly string[]): string[] {
  return set.filter((value) => value !== OTHER);
}
