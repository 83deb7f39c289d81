import type { Learnt } from '../../../src/core/operation/snapshot.js';
import type { Fault } from '../../../src/spec/errors.js';
import type { RedemptionStep } from '../../../src/spec/operation.js';
import { HOLD_MS, INSUFFICIENT } from './redemption-situations.js';
import { receipt } from './situations.js';

/** How a supplier recognises what it was sent before, and how late its look-up sees what it has done. */
export interface SpendingOptions {
  /** Whether a request under a key it knows gets the first answer again. */
  readonly keyed: boolean;
  readonly lagMs: number;
  /** How far its clock is ahead of ours. */
  readonly skewMs: number;
}

/** A supplier of one redemption. Times are ours, in Unix milliseconds. */
export interface SimulatedSpending {
  /** How often points were really spent; two of them is a double redemption. */
  readonly effects: number;
  /** Whether points are set aside just now. */
  holds(at: number): boolean;
  /** What a request that arrives now brings about, and how it is answered. */
  perform(step: RedemptionStep, at: number, refuses: boolean): Learnt;
  find(at: number): Learnt;
  /** Forgets a hold that was not spent. */
  lose(at: number): void;
}

type Status = 'held' | 'confirmed' | 'released' | 'lost';
interface Change {
  readonly at: number;
  readonly status: Status;
  readonly heldUntil: number;
}

const HOLD_EXPIRED: Fault = { kind: 'rejected', reason: 'hold-expired', supplierCode: 'HOLD_EXPIRED' };
const KEY_REUSED: Fault = { kind: 'unmapped', supplierCode: 'KEY_REUSED' };

function refusing(fault: Fault): Learnt {
  return { type: 'fault', fault };
}

/** Sets points aside for half an hour by its own clock; each step has keys of its own. A hold it does not know is one that ended. */
export function nativeHolds(options: SpendingOptions): SimulatedSpending {
  const history: Change[] = [];
  const answers = new Map<RedemptionStep, Learnt>();
  let effects = 0;

  const asOf = (at: number): Change | undefined => history.findLast((change) => change.at <= at);
  const standing = (change: Change | undefined, at: number): Exclude<Status, 'lost'> | 'expired' | 'none' => {
    if (change === undefined || change.status === 'lost') return 'none';
    return change.status === 'held' && change.heldUntil <= at ? 'expired' : change.status;
  };
  const become = (status: Status, at: number, heldUntil = asOf(at)?.heldUntil ?? 0): void => {
    history.push({ at, status, heldUntil });
  };
  const told = (at: number): Learnt => {
    const heldUntil = asOf(at)?.heldUntil ?? 0;
    const holdExpiresAt = new Date(heldUntil + options.skewMs).toISOString();
    return { type: 'receipt', receipt: receipt({ holdExpiresAt }), matches: true };
  };

  const hold = (at: number, refuses: boolean): Learnt => {
    const status = standing(asOf(at), at);
    if (status !== 'none' && status !== 'held') return refusing(KEY_REUSED);
    if (refuses && status === 'none') return refusing(INSUFFICIENT);
    if (status === 'none') become('held', at, at + HOLD_MS);
    return told(at);
  };
  const end = (to: 'confirmed' | 'released', at: number, refuses: boolean): Learnt => {
    const status = standing(asOf(at), at);
    if (status === to) return told(at);
    if (status !== 'held') return refusing(HOLD_EXPIRED);
    if (refuses) return refusing(INSUFFICIENT);
    if (to === 'confirmed') effects += 1;
    become(to, at);
    return told(at);
  };
  const carryOut = (step: RedemptionStep, at: number, refuses: boolean): Learnt => {
    if (step === 'hold') return hold(at, refuses);
    return end(step === 'confirm' ? 'confirmed' : 'released', at, refuses);
  };

  return {
    get effects() {
      return effects;
    },
    holds: (at) => standing(asOf(at), at) === 'held',
    perform: (step, at, refuses) => {
      const answer = (options.keyed ? answers.get(step) : undefined) ?? carryOut(step, at, refuses);
      answers.set(step, answer);
      return answer;
    },
    find: (at) => {
      const seen = asOf(at - options.lagMs);
      const status = standing(seen, at);
      if (status === 'none') return { type: 'absent' };
      if (status === 'expired' || status === 'released') {
        return { type: 'found-hold', found: { found: status }, matches: true };
      }
      const holdExpiresAt = new Date((seen?.heldUntil ?? 0) + options.skewMs).toISOString();
      return { type: 'found-hold', found: { found: status, receipt: receipt({ holdExpiresAt }) }, matches: true };
    },
    lose: (at) => {
      if (standing(asOf(at), at) === 'held') become('lost', at);
    },
  };
}

/** Knows only the debit; without keys every one that arrives is another effect. */
export function oneStepDebits(options: SpendingOptions): SimulatedSpending {
  const booked: number[] = [];
  let first: Learnt | undefined;
  return {
    get effects() {
      return booked.length;
    },
    holds: () => false,
    perform: (step, at, refuses) => {
      if (step !== 'confirm') throw new Error(`a ${step} was sent to a supplier that knows none`);
      if (options.keyed && first !== undefined) return first;
      if (!refuses) booked.push(at);
      first = refuses ? refusing(INSUFFICIENT) : { type: 'receipt', receipt: receipt(), matches: true };
      return first;
    },
    find: (at) =>
      booked.some((bookedAt) => bookedAt + options.lagMs <= at)
        ? { type: 'found', receipt: receipt(), matches: true, posted: true }
        : { type: 'absent' },
    lose: () => undefined,
  };
}
