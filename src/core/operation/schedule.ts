import type { Timing } from '../../spec/scheme.js';
import type { Rules, Snapshot } from './snapshot.js';

/** A number from 0 (included) to 1 (excluded), so that schedules can be replayed. */
export type Random = () => number;

const DAY_MS = 86_400_000;
/** A look-up that must not come too early comes this much late, so that rounding never makes it inconclusive. */
const JUST_AFTER_MS = 50;

/** Full jitter: anything up to the doubled base, capped; after the tries of the table a fixed pace until the deadline. */
export function notSentDelay(timing: Timing, tries: number, random: Random): number {
  if (tries > timing.backoffTries) return Math.round(timing.notSentEveryMs * (0.9 + 0.2 * random()));
  return Math.round(random() * Math.min(timing.backoffMaxMs, timing.backoffBaseMs * 2 ** tries));
}

/** How long a throttled call waits: the longer of the supplier's word (1 s to 1 h) and our backoff. */
export function throttledDelay(
  timing: Timing,
  tries: number,
  retryAfterMs: number | undefined,
  random: Random,
): number {
  const said = Math.min(3_600_000, Math.max(1_000, retryAfterMs ?? 0));
  return Math.max(said, notSentDelay(timing, tries, random));
}

/**
 * When to look again at an unknown outcome: the next offset of the scheme's schedule (±20 %), and never later than the moment
 * from which "not found" can be believed, so that a look-up always falls on it. `null` when the schedule has ended.
 */
export function nextLookupDelay(snapshot: Snapshot, rules: Rules, random: Random): number | null {
  const { timing, recovery } = rules;
  const unknownFor = snapshot.unknownForMs ?? 0;
  if (unknownFor >= timing.lookupUntilMs) return null;
  const offset = timing.lookupsMs.find((ms) => ms > unknownFor) ?? unknownFor + timing.lookupEveryMs;
  const delay = (offset - unknownFor) * (0.8 + 0.4 * random());
  if (recovery.idempotency === 'none' || snapshot.sinceLastSentMs === null) return Math.round(delay);
  const untilConclusive = recovery.conclusiveAfterMs - snapshot.sinceLastSentMs;
  return Math.round(untilConclusive > 0 ? Math.min(delay, untilConclusive + JUST_AFTER_MS) : delay);
}

/** When a parked operation is looked at again: at least once a day, so that nothing is ever forgotten. */
export function parkedDelay(): number {
  return DAY_MS;
}

/** When to ask after an accepted operation that a push or a file should settle. */
export function submittedDelay(timing: Timing, random: Random): number {
  return Math.round(Math.min(DAY_MS, timing.lookupEveryMs) * (0.8 + 0.4 * random()));
}

/** How long an outcome without any recovery stays unknown before a person is told that it waits for a file. */
export function awaitingFileDelay(timing: Timing): number {
  return timing.lookupsMs.at(-1) ?? timing.lookupEveryMs;
}
