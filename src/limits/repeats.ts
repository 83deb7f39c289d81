import type { QuotaRows } from '../core/supplier/ports.js';
import type { Clock } from './clock.js';

/** Repeated sends that may begin now, counted out until it is told what came of them; `waitMs`: when there may be more. */
export interface RepeatsTaken {
  readonly count: number;
  readonly waitMs: number;
  /** Says how many were begun, and how many first sends beside them. */
  readonly settle: (begun: { readonly repeats: number; readonly firsts: number }) => void;
}

/** The retry budget in this process: while nothing is repeated it costs no question. */
export interface Repeats {
  readonly take: (connectionId: string, wanted: number) => Promise<RepeatsTaken>;
}

/** After this long without a repeated send the first one is let through on trust again. */
const TRUST_AFTER_MS = 10_000;
/** Taken at once, at most. */
const SLICE = 5;
const AFTER_ERROR_MS = 500;

interface Budget {
  /** Granted by the fleet and not used yet. */
  left: number;
  firsts: number;
  /** One is out on trust. */
  trusting: boolean;
  /** Begun on trust and not told yet. */
  owed: number;
  notBefore: number;
  repeatedAt: number;
  asking: Promise<void> | undefined;
}

export function createRepeats(options: {
  readonly rows: Pick<QuotaRows, 'repeats'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}): Repeats {
  const { clock } = options;
  const budgets = new Map<string, Budget>();

  const of = (connectionId: string): Budget => {
    let one = budgets.get(connectionId);
    if (one === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      one = { left: 0, firsts: 0, trusting: false, owed: 0, notBefore: never, repeatedAt: never, asking: undefined };
      budgets.set(connectionId, one);
    }
    return one;
  };

  const ask = async (connectionId: string, one: Budget): Promise<void> => {
    const { firsts, owed } = one;
    one.firsts = 0;
    one.owed = 0;
    try {
      const { granted, waitMs } = await options.rows.repeats({ connectionId, firsts, begun: owed, wanted: SLICE });
      one.left += granted;
      one.notBefore = clock.now() + waitMs;
    } catch (error) {
      options.onError(error);
      one.firsts += firsts;
      one.owed += owed;
      one.notBefore = clock.now() + AFTER_ERROR_MS;
    }
  };

  const settled = (one: Budget, { repeats, firsts }: { readonly repeats: number; readonly firsts: number }): void => {
    one.firsts += firsts;
    if (repeats > 0) one.repeatedAt = clock.now();
  };

  const onTrust = (one: Budget): RepeatsTaken => {
    one.trusting = true;
    return {
      count: 1,
      waitMs: 0,
      settle: (begun) => {
        one.trusting = false;
        one.owed += begun.repeats;
        settled(one, begun);
      },
    };
  };

  const granted = (one: Budget, wanted: number): RepeatsTaken => {
    const count = Math.min(one.left, wanted);
    one.left -= count;
    return {
      count,
      waitMs: Math.max(0, one.notBefore - clock.now()),
      settle: (begun) => {
        one.left += count - begun.repeats;
        settled(one, begun);
      },
    };
  };

  return {
    take: async (connectionId, wanted) => {
      const one = of(connectionId);
      if (wanted === 0) return granted(one, 0);
      // While nobody repeats, an admission beside the one on trust asks nothing either: what it was granted would be wasted.
      const quiet = one.owed === 0 && one.repeatedAt < clock.now() - TRUST_AFTER_MS;
      if (quiet) return one.trusting ? granted(one, wanted) : onTrust(one);
      if (one.left === 0 && (one.owed > 0 || one.notBefore <= clock.now())) {
        one.asking ??= ask(connectionId, one).finally(() => {
          one.asking = undefined;
        });
        await one.asking;
      }
      return granted(one, wanted);
    },
  };
}
