import type { ActivityType } from './activity.js';
import type { RefusalReason } from './errors.js';
import type { RewardType } from './reward.js';
import type { Bilingual, HolderName, LocalDate } from './values.js';

export type SchemeKind = 'airline' | 'hotel' | 'rail' | 'wallet' | 'coalition';

/** A flat earn rule: so many points per whole major unit of the activity's money. Richer tables come as further rule types. */
export interface EarnRule {
  readonly product: ActivityType;
  /** `fare` of a flight or a train, `eligible` of a stay, `amount` of anything else. */
  readonly on: 'fare' | 'eligible' | 'amount';
  readonly currency: string;
  readonly pointsPerUnit: number;
  readonly rounding: 'floor' | 'nearest' | 'ceil';
}

/** What points are worth against a reward: so many points for a whole major unit of money, rounded up to whole points. */
export interface BurnRule {
  readonly reward: RewardType;
  readonly currency: string;
  readonly pointsPerUnit: number;
  /** The fewest points one redemption may take. */
  readonly minimum?: number | undefined;
}

/** The rules of a scheme from a date on; every operation keeps the version it was judged by. */
export interface Terms {
  readonly version: string;
  readonly effectiveFrom: LocalDate;
  /** Which date of an activity selects the version. */
  readonly basis: 'travel' | 'booking' | 'posting';
  readonly source: string;
  /** Who posts points, per product. */
  readonly accrual: Readonly<Partial<Record<ActivityType, 'posted-by-us' | 'posted-by-supplier'>>>;
  readonly earn: readonly EarnRule[];
  readonly tiers: readonly {
    readonly code: string;
    readonly name: Bilingual;
    readonly qualifying?: Bilingual | undefined;
  }[];
  readonly expiry?: Bilingual | undefined;
  readonly burn?: Bilingual | undefined;
  /** What points buy, per reward; a reward that is not named is not to be had. */
  readonly redeem: readonly BurnRule[];
  /** Days after the activity in which an accrual may still be claimed; the accrual's deadline. */
  readonly claimWindowDays?: number | undefined;
}

/** A member number's form, checked locally before any call. `check` names a check-digit rule of `src/core/link/member-number.ts`. */
export interface MemberNumberRule {
  readonly pattern: string;
  readonly check: 'none' | 'luhn' | 'mod7';
  readonly description: Bilingual;
}

/** Whether a scheme's times are a real supplier's or the sandbox's. */
export type TimingName = 'normal' | 'fast';

/** Times of the operation engine for one scheme, all in milliseconds (operations.md, "Connections, retries, limits, breakers"). */
export interface Timing {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly leaseMs: number;
  readonly sendMarginMs: number;
  readonly maxPauseMs: number;
  readonly lookupsMs: readonly number[];
  readonly lookupEveryMs: number;
  readonly lookupUntilMs: number;
  readonly eventualGapMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  readonly backoffTries: number;
  readonly notSentEveryMs: number;
  readonly deadlineMs: number;
  /** How long the platform wants a step of a redemption, counted from its request. */
  readonly stepDeadlineMs: number;
  /** What must be left of a hold, beyond the total timeout, for a confirm to begin. */
  readonly holdMarginMs: number;
  /** How soon a settlement that is not there yet is asked for again. */
  readonly settlementRetryMs: number;
}

/** What a scheme's connections may take at once. */
export interface Limits {
  /** Calls a second of one connection, over all its lanes, tenants and processes; `null`: as many as come, until the supplier throttles. */
  readonly perSecond: number | null;
  /** How many operations may wait for one connection before new ones are refused, to be sent again later. */
  readonly backlog: number;
}

/**
 * What a supplier's code means at this scheme, over the adapter's own table: a definite refusal, one that is documented as not
 * processed and so is sent again, or one that a person decides. A lost answer has no code and cannot be judged otherwise.
 */
export type CodeMeaning = { readonly rejected: RefusalReason } | 'not-processed' | 'needs-review';

/** One loyalty programme as its YAML file describes it; nothing else in the repository names a brand. */
export interface Scheme {
  readonly id: string;
  readonly name: Bilingual;
  readonly kind: SchemeKind;
  readonly adapter: string;
  /** `reference` where the contract is ours because none is published. */
  readonly contract: 'published' | 'reference';
  readonly settings: Readonly<Record<string, unknown>>;
  readonly memberNumber: MemberNumberRule;
  /** Which of a holder's spellings the supplier compares; another is sent only when this one is missing. */
  readonly nameRule: { readonly script: HolderName['script'] };
  /** JSON Schema (2020-12, flat object of strings) of `form` in `POST /v1/links`; each property has `title: { zh, en }` as `x-title`. */
  readonly linkForm: Readonly<Record<string, unknown>>;
  readonly pointsScale: number;
  readonly zone: string;
  readonly resend: 'automatic' | 'by-person';
  readonly terms: readonly Terms[];
  /** How long a reservation in our books stands for a scheme whose supplier has no hold, in seconds. */
  readonly softHoldSeconds: number;
  /** When a day is settled, by the clock in `zone` on the day after it: first asked for, and missed from. `HH:MM`. */
  readonly settlement?: { readonly fetchAt: string; readonly expectedBy: string } | undefined;
  /** Times that differ from those of `timing: normal`. */
  readonly timing: Readonly<Partial<Timing>>;
  readonly limits: Limits;
  /** By supplier code. */
  readonly outcomes: Readonly<Record<string, CodeMeaning>>;
  /** What the simulated supplier and a development connection share; never used against a real supplier. */
  readonly sandbox?: SandboxSettings | undefined;
}

/** Development credentials and behaviour of a simulated scheme; `settings` override the scheme's own. */
export interface SandboxSettings {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** How member numbers look: a prefix, then digits up to `length` characters, the last a check digit if the rule has one. */
  readonly members: { readonly prefix: string; readonly length: number };
  /** Times and limits that differ from those of `timing: fast`, and from the scheme's own. */
  readonly timing?: Readonly<Partial<Timing>> | undefined;
  readonly limits?: Limits | undefined;
  /** How the simulated supplier behaves, beyond what a connection knows; read by it and by nobody else. */
  readonly behaviour?: Readonly<Record<string, unknown>> | undefined;
}
