import type { SettlementFaultReason } from '../../spec/settlement.js';
import type { Instant, LocalDate } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest } from '../answer.js';

/** How a run stands; `completed`, `quarantined` and `failed` are at rest. */
export const RUN_STATES = ['waiting', 'overdue', 'running', 'completed', 'quarantined', 'failed'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What a pair or an orphan was found to be. `late` and `foreign` are no breaks. */
export const VERDICTS = ['matched', 'ours-only', 'theirs-only', 'duplicated', 'different', 'late', 'foreign'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Why a verdict was given; each has a zh and an en sentence. */
export const VERDICT_REASONS = [
  'as-sent',
  'settled-by-this-line',
  'a-day-late',
  'not-in-the-settlement',
  'not-due-yet',
  'outcome-still-open',
  'reference-never-sent',
  'not-ours',
  'line-repeated',
  'points-differ',
  'member-differs',
  'kind-differs',
  'day-differs',
  'we-ended-it-otherwise',
  'we-never-sent-it',
] as const;
export type VerdictReason = (typeof VERDICT_REASONS)[number];

export const BREAK_STATES = ['open', 'auto-resolved', 'assigned', 'resolved', 'written-off'] as const;
export type BreakState = (typeof BREAK_STATES)[number];

/** The contract's `Reconciliation`: counts and points are of the caller's own operations and lines. */
export interface RunView {
  readonly id: string;
  readonly scheme: string;
  readonly businessDate: LocalDate;
  readonly state: RunState;
  /** An open day: what is missing is late, absence is never concluded. */
  readonly provisional: boolean;
  /** Hex SHA-256 over input, cut-off, rules and verdicts; `null` until completed. */
  readonly digest: string | null;
  /** Hex SHA-256 of the input as it was taken in. */
  readonly inputSha256: string | null;
  readonly rulesVersion: number;
  readonly cutOff: Instant | null;
  readonly counts: {
    readonly lines: number;
    readonly matched: number;
    readonly oursOnly: number;
    readonly theirsOnly: number;
    readonly foreign: number;
    readonly duplicated: number;
    readonly different: number;
    readonly late: number;
  };
  readonly points: { readonly ours: number; readonly theirs: number };
  readonly openBreaks: number;
  /** Why nothing of the input is believed; `line` counts from 1, 0 where none is to blame. */
  readonly quarantine: {
    readonly reason: SettlementFaultReason;
    readonly line: number;
    readonly detail: string;
  } | null;
  readonly supersedes: string | null;
  readonly supersededBy: string | null;
  readonly signedOffBy: string | null;
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
}

/** The contract's `Break`: a difference between our books and the supplier's, both sides next to each other. */
export interface BreakView {
  readonly id: string;
  /** `null` when a resync found it. */
  readonly reconciliationId: string | null;
  readonly scheme: string;
  readonly businessDate: LocalDate;
  readonly kind: Exclude<Verdict, 'matched' | 'late' | 'foreign'>;
  readonly reason: VerdictReason;
  /** The reason in a sentence, in the caller's language. */
  readonly message: string;
  readonly state: BreakState;
  readonly owner: string | null;
  /** Ours less theirs, signed from the member. */
  readonly difference: number;
  readonly operationId: string | null;
  readonly linkId: string | null;
  readonly reference: string | null;
  readonly supplierReference: string | null;
  readonly ours: {
    readonly points: number;
    readonly kind: string;
    readonly state: string;
    readonly date: LocalDate | null;
  } | null;
  readonly theirs: {
    readonly points: number;
    readonly kind: string;
    readonly line: number;
    readonly postedAt: Instant;
  } | null;
  /** What may be done about it now. */
  readonly actions: readonly BreakAction[];
  readonly resolution: { readonly by: string; readonly reason: string; readonly at: Instant } | null;
  readonly openedAt: Instant;
}

export const BREAK_ACTIONS = ['look-up', 'assign', 'resolve'] as const;
export type BreakAction = (typeof BREAK_ACTIONS)[number];

export interface ActOnBreak {
  readonly breakId: string;
  readonly action: BreakAction;
  readonly reason: string;
  /** Of `assign`: who looks after it. */
  readonly owner?: string | undefined;
}

/** The use cases of reconciliation as support sees them. Ids are UUIDs in, public ids out. */
export interface Reconciliations {
  /**
   * Opens the run of the caller's connection and date, or asks again for the input of the one there is; 202 with the
   * run.
   */
  open(
    caller: Caller,
    input: { readonly scheme: string; readonly businessDate: LocalDate },
    request: IdempotentRequest,
  ): Promise<Answer>;
  get(caller: Caller, runId: string): Promise<RunView>;
  breaks(
    caller: Caller,
    runId: string,
    filter: { readonly state?: BreakState | undefined },
    page: PageRequest,
    language: 'zh' | 'en',
  ): Promise<Page<BreakView>>;
  /** 409 `BREAK_STATE` when the break is past it. `look-up` starts a resync of its operation. */
  act(caller: Caller, input: ActOnBreak, request: IdempotentRequest, language: 'zh' | 'en'): Promise<Answer>;
  /** 409 `RECONCILIATION_STATE` unless the run is completed and conclusive; signing twice is signing once. */
  signOff(caller: Caller, runId: string, reason: string, request: IdempotentRequest): Promise<Answer>;
}
