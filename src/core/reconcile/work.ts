import type { SettlementFaultReason, SettlementLine } from '../../spec/settlement.js';
import type { LocalDate } from '../../spec/values.js';
import type { BusinessDay, Closing, RunWindow } from './business-days.js';
import type { Verdict, VerdictReason } from './reconciliations.js';

/** Why a run came to nothing; `error` is one of our own. */
export interface RunFault {
  readonly reason: SettlementFaultReason | 'error';
  readonly line: number;
  readonly detail: string;
}

/** A line as it is staged: the member number as a blind index (hex) only. */
export type StagedLine = Pick<SettlementLine, 'line' | 'kind' | 'postedAt'> & {
  readonly points: number;
  readonly reference: string | null;
  readonly originalReference: string | null;
  readonly supplierReference: string | null;
  readonly memberIndex: string | null;
};

/** What a run does next: asks for its input, matches its lines, settles open operations by them, judges. */
export type RunStage = 'fetch' | 'match' | 'settle' | 'judge';

/** An input as it was taken in; what we had at `cutOff` is compared with it: of a closed day when that was closed. */
export interface TakenInput {
  readonly sha256: string;
  readonly closed: boolean;
  readonly cutOff: Date;
}

/** A run under a lease; nobody else works on its connection until the lease ends. */
export interface ClaimedRun {
  readonly tenantId: string;
  readonly id: string;
  readonly connectionId: string;
  readonly scheme: string;
  readonly businessDate: LocalDate;
  readonly stage: RunStage;
  readonly token: string;
  /** Whether the connection may be used just now: one that is paused is waited for, not forced. */
  readonly usable: boolean;
  /** The input that was judged before, when the run was asked again. */
  readonly judged: TakenInput | null;
  /** The input to work on; `null` until there is one. */
  readonly input: TakenInput | null;
  /** The database's clock when the run was claimed. */
  readonly now: Date;
}

/** An open operation that a line proves posted; `matches` as its kind, points and member do. */
export interface ProvenPosted {
  readonly tenantId: string;
  readonly operationId: string;
  readonly supplierReference: string | null;
  readonly matches: boolean;
}

/** An open operation that every day on which it could have been posted, and the one after, does not have. */
export interface ProvenAbsent {
  readonly tenantId: string;
  readonly operationId: string;
  /** Sends that the proof is about. */
  readonly attempts: number;
}

/** What judging needs beside the lines. */
export interface Judging {
  readonly coverage: 'ours' | 'member';
  readonly rulesVersion: number;
  readonly verdictOf: Readonly<Record<VerdictReason, Verdict>>;
  readonly days: readonly BusinessDay[];
  readonly window: RunWindow;
}

/** A wrapped data key of the operator. */
export interface OperatorKey {
  readonly version: number;
  readonly wrapped: Buffer;
}

/**
 * What the runner needs of the store. Whatever takes a claimed run does nothing, and says so with `null`, once its
 * lease has passed on.
 */
export interface ReconWork {
  now(): Promise<Date>;
  /**
   * Opens the run of a day in the operator's name, or asks the one there is again unless it is conclusive or under way.
   */
  openNight(
    connectionId: string,
    run: { readonly id: string; readonly businessDate: LocalDate; readonly rulesVersion: number },
  ): Promise<void>;
  /** Takes the connection's earliest due day; `null` when none is due or another one is being worked on. */
  claim(connectionId: string, leaseMs: number): Promise<ClaimedRun | null>;
  renew(run: ClaimedRun, leaseMs: number): Promise<void>;
  /** Asks again later: the input is not there. A run that was judged before stays `running` meanwhile. */
  wait(run: ClaimedRun, state: 'waiting' | 'overdue', againInMs: number): Promise<void>;
  /** Nothing has changed: the run rests as it did before it was asked again. */
  restAgain(run: ClaimedRun): Promise<void>;
  /** The key that new inputs are sealed under. */
  inputKey(): Promise<OperatorKey>;
  /**
   * Keeps an input, under the run itself or, where that was judged by another, under a new run `id` that supersedes it.
   */
  keep(
    run: ClaimedRun,
    kept: TakenInput & {
      readonly id: string;
      readonly sealed: Buffer;
      readonly rulesVersion: number;
    },
  ): Promise<ClaimedRun | null>;
  input(run: ClaimedRun): Promise<{ readonly sealed: Buffer; readonly key: OperatorKey } | null>;
  /** Stages the lines and finds the operation of each, in one transaction; what `lines` throws undoes it. */
  match(run: ClaimedRun, lines: Iterable<StagedLine>): Promise<ClaimedRun | null>;
  /** The closed and reconciled days around this run's, without its own. */
  closings(run: ClaimedRun): Promise<readonly Closing[]>;
  /**
   * What the lines prove of open operations, and what the closed days do by not having them: those that end no sooner than
   * `effectWithinMs` after the last send.
   */
  proven(
    run: ClaimedRun,
    days: readonly BusinessDay[],
    effectWithinMs: number,
  ): Promise<{ readonly posted: readonly ProvenPosted[]; readonly absent: readonly ProvenAbsent[] }>;
  settled(run: ClaimedRun): Promise<ClaimedRun | null>;
  /** Writes verdicts and breaks, closes what was healed, and lets the run rest; all in one transaction. */
  judge(run: ClaimedRun, judging: Judging): Promise<void>;
  /** Nothing of the input is believed. */
  quarantine(run: ClaimedRun, fault: RunFault): Promise<void>;
  /** Gives the lease back; somebody goes on at once. */
  release(run: ClaimedRun): Promise<void>;
  /** After an error of our own: again later, or `failed` after so many in a row. */
  stumble(run: ClaimedRun, error: string, againInMs: number, atMost: number): Promise<void>;
}

/** Seals kept inputs under a key of the operator's, each bound to its run. */
export interface InputVault {
  seal(key: OperatorKey, runId: string, bytes: Uint8Array): Buffer;
  /** Throws when it was changed, moved or sealed under another key. */
  open(key: OperatorKey, runId: string, sealed: Buffer): Buffer;
}
