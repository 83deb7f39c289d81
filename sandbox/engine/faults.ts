import { logNormalMs, type Random, seededRandom } from './random.js';
import { Field } from './shape.js';

/** Every way in which a simulated supplier misbehaves on request: first in its answers, then in its pushes. */
export const EXCHANGE_FAULTS = [
  'refuse',
  'hang',
  'commitThenDrop',
  'dropBeforeCommit',
  'commitLate',
  'throttle',
  'errorBeforeCommit',
  'errorAfterCommit',
  'garbage',
  'wrongEcho',
  'slowDrip',
  'skewedClock',
] as const;
const PUSH_FAULTS = ['duplicateNotification', 'reorderNotification', 'forgeNotification', 'skewedClock'] as const;

export type ExchangeFault = (typeof EXCHANGE_FAULTS)[number];
type PushFault = (typeof PUSH_FAULTS)[number];
type FaultKind = ExchangeFault | PushFault;

/** The misbehaviour in force for one scheme. Rates are shares of all requests, or of all pushes, and add up to at most 1. */
export interface FaultPlan {
  readonly seed: number;
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** How long after its lost answer a `commitLate` is applied. */
  readonly lateMs: number;
}

/** Draws what goes wrong, from the plan's seed: the same seed and the same order of requests give the same faults. */
export interface Faults {
  put(plan: FaultPlan): void;
  clear(): void;
  readonly lateMs: number;
  readonly random: Random;
  exchange(): ExchangeFault | null;
  push(): PushFault | null;
  latencyMs(): number;
  /** Ten minutes ahead or behind. */
  skewMs(): number;
}

const NO_FAULTS: FaultPlan = { seed: 1, rates: {}, latencyMs: { p50: 0, p99: 0 }, lateMs: 2_000 };
const KINDS: readonly FaultKind[] = Array.from(new Set<FaultKind>([...EXCHANGE_FAULTS, ...PUSH_FAULTS]));
/** How far off a skewed clock is, either way. */
const SKEW_MS = 10 * 60_000;
/** Ten rates of 0.1 add up to a little less than 1 and others to a little more. */
const ROUNDING = 1e-9;

export function openFaults(): Faults {
  let plan = NO_FAULTS;
  let random = seededRandom(plan.seed);
  const put = (next: FaultPlan): void => {
    plan = next;
    random = seededRandom(next.seed);
  };
  const draw = (): FaultKind | null => {
    let chance = random.next();
    for (const kind of KINDS) {
      chance -= plan.rates[kind] ?? 0;
      if (chance < 0) return kind;
    }
    return null;
  };
  return {
    put,
    clear: () => put(NO_FAULTS),
    get lateMs() {
      return plan.lateMs;
    },
    get random() {
      return random;
    },
    exchange: () => {
      const drawn = draw();
      return EXCHANGE_FAULTS.find((kind) => kind === drawn) ?? null;
    },
    push: () => {
      const drawn = draw();
      return PUSH_FAULTS.find((kind) => kind === drawn) ?? null;
    },
    latencyMs: () => logNormalMs(random, plan.latencyMs.p50, plan.latencyMs.p99),
    skewMs: () => (random.next() < 0.5 ? -SKEW_MS : SKEW_MS),
  };
}

/** Reads the body of `PUT /_control/{scheme}/faults`; everything in it may be left out. */
export function readFaultPlan(body: Field): FaultPlan {
  body.only('seed', 'rates', 'latencyMs', 'lateMs');
  const rates = body.at('rates').optional(readRates) ?? {};
  const sum = Object.values(rates).reduce((total, rate) => total + rate, 0);
  if (sum > 1 + ROUNDING) body.at('rates').fail(`must add up to at most 1, not ${sum}`);
  return {
    seed: body.at('seed').optional((field) => field.whole()) ?? NO_FAULTS.seed,
    rates,
    latencyMs: body.at('latencyMs').optional(readLatency) ?? NO_FAULTS.latencyMs,
    lateMs: body.at('lateMs').optional((field) => field.number({ min: 0, max: 3_600_000 })) ?? NO_FAULTS.lateMs,
  };
}

function readRates(field: Field): FaultPlan['rates'] {
  const given = Object.keys(field.only(...KINDS).record());
  return Object.fromEntries(given.map((kind) => [kind, field.at(kind).number({ min: 0, max: 1 })]));
}

function readLatency(field: Field): FaultPlan['latencyMs'] {
  field.only('p50', 'p99');
  const p50 = field.at('p50').number({ min: 0, max: 600_000 });
  return { p50, p99: field.at('p99').number({ min: p50, max: 600_000 }) };
}
