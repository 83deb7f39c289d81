import { decide } from '../../../src/core/operation/decide.js';
import { plan } from '../../../src/core/operation/plan.js';
import type { Decision, Rules, Snapshot } from '../../../src/core/operation/snapshot.js';
import { isFinal, type OperationState } from '../../../src/spec/operation.js';
import { applied } from './applied.js';
import { LEARNT, situation } from './situations.js';
import type { Given, Mishap, SimulatedSupplier } from './simulated-supplier.js';

export interface Course {
  readonly rules: Rules;
  readonly supplier: SimulatedSupplier;
  /** What goes wrong, call by call; afterwards nothing does. */
  readonly mishaps: readonly Mishap[];
  /** How long after an effect each push about it comes. */
  readonly pushes: readonly number[];
  readonly chance: () => number;
}

export interface Ended {
  readonly state: OperationState;
  readonly reviewReason: Snapshot['reviewReason'];
  readonly sends: number;
  /** States in their order. */
  readonly path: readonly OperationState[];
}

const NOTHING: Mishap = { kind: 'none', delayMs: 0 };
const STEPS_AT_MOST = 2_000;

/**
 * Runs one operation in simulated time through the real `plan` and `decide`, applying decisions as the store does, until it is
 * final or parked with nothing more to come. A crash leaves the lease to lapse. Throws when it does not come to rest.
 */
export function runToRest({ rules, supplier, mishaps, pushes, chance }: Course): Ended {
  const script = [...mishaps];
  const told = pushes.map((afterMs) => ({ afterMs, done: false }));
  const path: OperationState[] = ['queued'];
  let now = 0;
  let dueAt = 0;
  let snapshot = situation({ state: 'queued', attempts: 0, sinceFirstSentMs: null, sinceLastSentMs: null });

  const pass = (toMs: number): void => {
    const ms = Math.max(0, toMs - now);
    now += ms;
    const aged = (age: number | null): number | null => (age === null ? null : age + ms);
    snapshot = {
      ...snapshot,
      sinceFirstSentMs: aged(snapshot.sinceFirstSentMs),
      sinceLastSentMs: aged(snapshot.sinceLastSentMs),
      unknownForMs: aged(snapshot.unknownForMs),
      untilDeadlineMs: snapshot.untilDeadlineMs - ms,
    };
  };
  const become = (decision: Decision | null): void => {
    snapshot = applied(snapshot, decision);
    if (decision?.nextActionInMs != null) dueAt = now + decision.nextActionInMs;
    if (path.at(-1) !== snapshot.state) path.push(snapshot.state);
  };
  const learn = (given: Given): void => {
    if (given === 'crashed') dueAt = now + rules.timing.leaseMs;
    else become(decide(snapshot, given, rules, chance));
  };
  const send = (): Given => {
    snapshot = {
      ...snapshot,
      state: 'sending',
      attempts: snapshot.attempts + 1,
      sinceFirstSentMs: snapshot.sinceFirstSentMs ?? 0,
      sinceLastSentMs: 0,
    };
    path.push('sending');
    return supplier.send(now, script.shift() ?? NOTHING);
  };
  const act = (): void => {
    const next = plan(snapshot, rules, chance);
    if (next.act === 'become') become(next.decision);
    else learn(next.act === 'look-up' ? supplier.find(now, script.shift() ?? NOTHING) : send());
  };
  const looks = (): boolean => plan(snapshot, rules, chance).act === 'look-up';

  for (let step = 0; step < STEPS_AT_MOST; step += 1) {
    const effectAt = supplier.effects[0];
    const push = effectAt === undefined ? undefined : told.find(({ done }) => !done);
    const pushAt = push === undefined || effectAt === undefined ? Infinity : effectAt + push.afterMs;
    const rests = isFinal(snapshot.state) || (snapshot.state === 'needs-review' && (script.length === 0 || !looks()));
    if (rests && push === undefined) {
      return { state: snapshot.state, reviewReason: snapshot.reviewReason, sends: snapshot.attempts, path };
    }
    if (push !== undefined && (rests || pushAt <= dueAt)) {
      push.done = true;
      pass(pushAt);
      become(decide(snapshot, LEARNT['told posted'], rules, chance));
    } else {
      pass(dueAt);
      act();
    }
  }
  throw new Error(`it does not come to rest: ${path.join(' ')}`);
}
