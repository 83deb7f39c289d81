import { decide } from '../../../src/core/operation/decide.js';
import { plan } from '../../../src/core/operation/plan.js';
import { canFind } from '../../../src/core/operation/recovery-rules.js';
import type { OperationRow } from '../../../src/core/operation/row.js';
import type { Decision, Learnt, Plan, Rules, Snapshot } from '../../../src/core/operation/snapshot.js';
import { Problem } from '../../../src/core/problem.js';
import { judgeConfirm, judgeRelease } from '../../../src/core/redemption/act.js';
import { isFinal, type OperationState, type RedemptionStep } from '../../../src/spec/operation.js';
import { aged, applied, begun, dueAfter } from './applied.js';
import { LEARNT_OF_REDEMPTION, requested, SOFT } from './redemption-situations.js';
import type { SimulatedSpending } from './simulated-spending.js';

/** How one call goes wrong. What is committed comes about `commitsAfterMs` after the send, whatever the answer. */
export interface Mishap {
  readonly kind:
    | 'none'
    | 'not-sent'
    | 'throttled'
    | 'refused-credentials'
    | 'refused'
    | 'lost-before'
    | 'lost'
    | 'wrong-echo'
    | 'bug-before'
    | 'bug-after'
    | 'crash-before'
    | 'crash';
  readonly commitsAfterMs: number;
  readonly answersAfterMs: number;
}

/** A send as it was begun. */
export interface Call {
  readonly act: 'send' | 'repeat';
  readonly step: RedemptionStep;
  /** The redemption as it stood before the claim. */
  readonly before: Snapshot;
}

/** The real `plan` and `decide`, unless a test plants a mistake. */
export interface Minds {
  readonly plan: typeof plan;
  readonly decide: typeof decide;
  /** Whether a release that is noted brings the next look forward, as the store does it. */
  readonly hastens: (snapshot: Snapshot) => boolean;
}

export interface RedemptionCourse {
  readonly rules: Rules;
  readonly supplier: SimulatedSpending;
  readonly soft: boolean;
  readonly chance: () => number;
  readonly minds?: Partial<Minds>;
}

/** One redemption in simulated time between a platform, our workers and a supplier. */
export interface SimulatedRedemption {
  readonly now: number;
  readonly snapshot: Snapshot;
  readonly supplier: SimulatedSpending;
  readonly rules: Rules;
  /** States in their order. */
  readonly path: readonly OperationState[];
  readonly calls: readonly Call[];
  /** When something is to be done about it; `null` when it is final. */
  readonly dueAt: number | null;
  /** Requests that will still take effect at the supplier. */
  pending(step: RedemptionStep): number;
  /** What goes wrong with the next call that nothing was said about yet. */
  expect(mishap: Mishap): void;
  /** Asks as a platform does; gives the problem's code, or what was done. */
  ask(what: 'confirm' | 'release'): string;
  /** The settlement has it, or a complete one does not. */
  tell(what: 'spent' | 'unspent'): void;
  /** Time goes by, and whatever comes due in it happens. */
  pass(ms: number): void;
  /** From here on nothing goes wrong. */
  calmDown(): void;
}

const NOTHING: Mishap = { kind: 'none', commitsAfterMs: 0, answersAfterMs: 0 };
const LOST: Learnt = LEARNT_OF_REDEMPTION['lost answer'];
/** More than any course takes; a redemption that is due again and again does not come to rest. */
const EVENTS_AT_MOST = 20_000;
const STARTED_AT = Date.parse('2026-03-02T01:00:00.000Z');

export function simulateRedemption(course: RedemptionCourse, watch: (at: SimulatedRedemption) => void) {
  const { rules, supplier, soft, chance } = course;
  const minds: Minds = { plan, decide, hastens: ({ absences }) => absences === 0, ...course.minds };
  const script: Mishap[] = [];
  const path: OperationState[] = ['requested'];
  const calls: Call[] = [];
  const coming: { readonly at: number; readonly run: () => void; readonly step?: RedemptionStep }[] = [];
  let now = STARTED_AT;
  let dueAt: number | null = now;
  let lease: { readonly token: number; readonly until: number } | null = null;
  let tokens = 0;
  let events = 0;
  let snapshot: Snapshot = soft ? requested({ hold: SOFT, holdLeftMs: 900_000 }) : requested();

  const asItStands = (): Snapshot => ({ ...snapshot, leaseLapsed: lease !== null && lease.until <= now });
  const become = (decision: Decision): void => {
    if (isFinal(snapshot.state)) throw new Error(`${snapshot.state} became ${decision.to}`);
    snapshot = applied(snapshot, decision, now);
    dueAt = dueAfter(decision, snapshot.intent, now);
    lease = null;
    if (path.at(-1) !== snapshot.state) path.push(snapshot.state);
  };
  const later = (ms: number, run: () => void, step?: RedemptionStep): void => {
    coming.push({ at: now + ms, run, ...(step === undefined ? {} : { step }) });
  };

  /** The end of a claim: what was learnt is judged by what was claimed, and taken only under its own lease. */
  const complete = (claimed: Snapshot, token: number, learnt: Learnt): void => {
    if (lease?.token !== token) return;
    const decision = minds.decide(claimed, learnt, rules, chance);
    if (decision !== null) become(decision);
  };
  const claim = (next: Exclude<Plan, { act: 'become' }>): void => {
    const before = asItStands();
    const claimed = begun(before, next);
    tokens += 1;
    const token = tokens;
    lease = { token, until: now + rules.timing.leaseMs };
    dueAt = lease.until;
    snapshot = claimed;
    if (path.at(-1) !== snapshot.state) path.push(snapshot.state);
    const answer = (learnt: Learnt): void => complete(claimed, token, learnt);
    const mishap = script.shift() ?? NOTHING;
    if (next.act === 'look-up') look(mishap, answer);
    else {
      const step = claimed.step ?? 'hold';
      calls.push({ act: next.act, step, before });
      send(step, mishap, answer);
    }
  };
  const look = ({ kind, answersAfterMs }: Mishap, answer: (learnt: Learnt) => void): void => {
    if (kind.startsWith('crash')) return;
    const seen = supplier.find(now);
    const failed: Learnt = {
      type: 'look-up-failed',
      fault: kind === 'throttled' ? { kind: 'rate-limited', retryAfterMs: 3_000 } : { kind: 'not-sent', detail: 'x' },
    };
    later(answersAfterMs, () => answer(kind === 'none' || kind === 'refused' ? seen : failed));
  };
  const send = (step: RedemptionStep, mishap: Mishap, answer: (learnt: Learnt) => void): void => {
    const { kind, commitsAfterMs, answersAfterMs } = mishap;
    const answerWith = (learnt: Learnt): void => later(answersAfterMs, () => answer(learnt));
    const committing = (ms: number, then: (given: Learnt) => void): void =>
      later(ms, () => then(supplier.perform(step, now, kind === 'refused')), step);
    switch (kind) {
      case 'none':
      case 'refused': {
        const arrives = Math.min(commitsAfterMs, answersAfterMs);
        committing(arrives, (given) => later(answersAfterMs - arrives, () => answer(given)));
        return;
      }
      case 'wrong-echo':
        committing(0, () => answerWith(LEARNT_OF_REDEMPTION['receipt of something else']));
        return;
      case 'bug-after':
        committing(0, () => answerWith(LEARNT_OF_REDEMPTION['bug after the send']));
        return;
      case 'lost':
        committing(commitsAfterMs, () => undefined);
        answerWith(LOST);
        return;
      case 'crash':
        committing(commitsAfterMs, () => undefined);
        return;
      case 'crash-before':
        return;
      case 'lost-before':
        answerWith(LOST);
        return;
      case 'not-sent':
        answerWith(LEARNT_OF_REDEMPTION['not sent']);
        return;
      case 'throttled':
        answerWith(LEARNT_OF_REDEMPTION.throttled);
        return;
      case 'refused-credentials':
        answerWith(LEARNT_OF_REDEMPTION['refused credentials']);
        return;
      case 'bug-before':
        answerWith(LEARNT_OF_REDEMPTION['bug before the send']);
        return;
      default:
        kind satisfies never;
    }
  };

  const pass = (ms: number): void => {
    const until = now + ms;
    for (;;) {
      const first = coming.reduce((soonest, { at }) => Math.min(soonest, at), Infinity);
      const next = Math.min(first, dueAt === null ? Infinity : Math.max(dueAt, now));
      const at = Math.min(next, until);
      snapshot = aged(snapshot, at - now);
      now = at;
      if (next > until) return;
      events += 1;
      if (events > EVENTS_AT_MOST) throw new Error(`it does not come to rest: ${path.slice(-12).join(' ')}`);
      if (first <= now)
        coming
          .splice(
            coming.findIndex((one) => one.at === first),
            1,
          )[0]
          ?.run();
      else {
        const planned = minds.plan(asItStands(), rules, chance);
        if (planned.act === 'become') become(planned.decision);
        else claim(planned);
      }
      watch(world);
    }
  };

  const ask = (what: 'confirm' | 'release'): string => {
    const judge = what === 'confirm' ? judgeConfirm : judgeRelease;
    const row = { id: 'op', state: snapshot.state } as OperationRow;
    try {
      const act = judge(row, asItStands(), { timing: rules.timing, canFind: canFind(rules) });
      if (act.act === 'become') become(act.decision);
      if (act.act === 'note') {
        snapshot = { ...snapshot, intent: act.intent };
        if (lease === null && minds.hastens(snapshot)) dueAt = now;
      }
      watch(world);
      return act.act;
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  };

  const world: SimulatedRedemption = {
    get now() {
      return now;
    },
    get snapshot() {
      return asItStands();
    },
    get dueAt() {
      return dueAt;
    },
    supplier,
    rules,
    path,
    calls,
    pending: (step) => coming.filter((one) => one.step === step).length,
    expect: (mishap) => void script.push(mishap),
    ask,
    tell: (what) => {
      const learnt = LEARNT_OF_REDEMPTION[`told ${what} by the settlement`];
      const decision = minds.decide(asItStands(), learnt, rules, chance);
      if (decision !== null) become(decision);
      watch(world);
    },
    pass,
    calmDown: () => void script.splice(0),
  };
  return world;
}
