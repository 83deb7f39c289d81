import type { Instant, LocalDate } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest, StoredAnswer } from '../answer.js';
import type { BreakBook } from './break-book.js';
import type { BreakAction, BreakState, BreakView, RunState, RunView, VerdictReason } from './reconciliations.js';
import type { RunFault } from './work.js';

export type { BusinessDay } from './business-days.js';
export type { BreakBook, BreakState, RunFault, RunState, VerdictReason };
export type {
  ClaimedRun,
  InputVault,
  Judging,
  OperatorKey,
  ProvenAbsent,
  ProvenPosted,
  ReconWork,
  RunStage,
  StagedLine,
  TakenInput,
} from './work.js';

/** A run as it is stored. Ids are UUIDs, hashes hex. */
export interface RunRow {
  readonly id: string;
  readonly scheme: string;
  readonly businessDate: LocalDate;
  readonly state: RunState;
  readonly conclusive: boolean;
  readonly digest: string | null;
  readonly inputSha256: string | null;
  readonly rulesVersion: number;
  readonly cutOff: Date | null;
  readonly fault: RunFault | null;
  readonly supersedes: string | null;
  readonly supersededBy: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** A run as one tenant sees it: its own lines, points and breaks. */
export interface RunSeen extends RunRow {
  /** Of a shared connection's run the particulars of the input are the operator's: they tell of everybody's lines. */
  readonly own: boolean;
  readonly counts: RunView['counts'];
  readonly points: RunView['points'];
  readonly openBreaks: number;
  readonly signedOffBy: string | null;
}

/** A break as it is stored. */
export interface BreakRow {
  readonly tenantId: string;
  readonly id: string;
  readonly runId: string | null;
  readonly scheme: string;
  readonly businessDate: LocalDate;
  readonly kind: BreakView['kind'];
  readonly reason: VerdictReason;
  readonly state: BreakState;
  readonly owner: string | null;
  readonly difference: number;
  readonly operationId: string | null;
  readonly linkId: string | null;
  readonly reference: string | null;
  readonly supplierReference: string | null;
  readonly ours: BreakView['ours'];
  readonly theirs: BreakView['theirs'];
  readonly resolution: Resolution | null;
  readonly openedAt: Date;
}

/**
 * How a break was closed: `by` is a settlement, a look-up, or the public id of a person's key, whose reason is their
 * own words.
 */
export interface Resolution {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

/** Whose run of which day. `tenantId` is `null` where the connection is shared. */
export interface RunPlace {
  readonly tenantId: string | null;
  readonly connectionId: string;
  readonly scheme: string;
  readonly businessDate: LocalDate;
}

/** What an act makes of a break; absent fields stay. */
export interface BreakChange {
  readonly act: BreakAction;
  readonly state?: BreakState;
  readonly owner?: string;
  readonly resolution?: Omit<Resolution, 'at'>;
}

/** What the use cases need of the store. Effect, audit and stored answer commit together. */
export interface ReconDesk {
  /** Opens the run, or asks the one there is for its input again; twenty at once are one. */
  open(asked: {
    readonly caller: Caller;
    readonly id: string;
    readonly place: RunPlace;
    readonly rulesVersion: number;
    readonly request: IdempotentRequest;
    readonly answer: (run: RunSeen) => StoredAnswer;
  }): Promise<Answer>;
  run(caller: Caller, runId: string): Promise<RunSeen | null>;
  /** `check` throws what keeps the run from being signed off. */
  signOff(asked: {
    readonly caller: Caller;
    readonly runId: string;
    readonly reason: string;
    readonly request: IdempotentRequest;
    readonly check: (run: RunSeen | null) => void;
    readonly answer: (run: RunSeen) => StoredAnswer;
  }): Promise<Answer>;
  /** Newest first; `null` when there is no such run. */
  breaks(
    caller: Caller,
    runId: string,
    filter: { readonly state?: BreakState | undefined },
    page: PageRequest,
  ): Promise<Page<BreakRow> | null>;
  break(caller: Caller, breakId: string): Promise<BreakRow | null>;
  /** What an earlier request with this key was answered, if there was one. */
  answered(caller: Caller, request: IdempotentRequest): Promise<Answer | null>;
  /** `decide` is given the break as it stands, locked; it throws what keeps the act from being done. */
  act(asked: {
    readonly caller: Caller;
    readonly breakId: string;
    readonly reason: string;
    readonly request: IdempotentRequest;
    readonly decide: (row: BreakRow | null) => BreakChange;
    readonly answer: (row: BreakRow) => StoredAnswer;
  }): Promise<Answer>;
}
