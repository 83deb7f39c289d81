import type { Holder, Instant, Json } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest } from '../answer.js';

export const LINK_STATES = ['pending', 'active', 'relink-needed', 'suspended', 'merged', 'closing', 'removed'] as const;
export type LinkState = (typeof LINK_STATES)[number];

export const CONSENT_SCOPES = ['link', 'read-balance', 'accrue', 'redeem'] as const;

/** The traveller's consent as the platform took it down. */
export interface Consent {
  readonly basis: string;
  readonly grantedAt: Instant;
  readonly textVersion?: string | undefined;
  readonly scopes?: readonly (typeof CONSENT_SCOPES)[number][] | undefined;
  readonly recipients?: readonly string[] | undefined;
  readonly crossBorder?: boolean | undefined;
  readonly evidenceRef?: string | undefined;
}

/** The body of `POST /v1/links` once validated and its short holder spelt out. */
export interface CreateLink {
  readonly scheme: string;
  readonly memberNumber: string;
  readonly holder: Holder;
  readonly form: Readonly<Record<string, string>>;
  readonly travellerRef: string;
  readonly organisation?: string | undefined;
  readonly consent: Consent;
  readonly clientReference?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A link as everybody but the holder of `read-numbers` sees it: the contract's `Link`. */
export interface LinkView {
  readonly id: string;
  readonly scheme: string;
  readonly memberNumber: string;
  readonly travellerRef: string;
  readonly organisation: string | null;
  readonly tier: string | null;
  readonly state: LinkState;
  readonly reason: string | null;
  readonly verification: 'supplier' | 'challenge' | 'redirect' | 'operator' | 'none';
  readonly mergedInto: string | null;
  readonly clientReference: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface LinkFilter {
  readonly travellerRef?: string | undefined;
  readonly scheme?: string | undefined;
  readonly state?: LinkState | undefined;
  readonly organisation?: string | undefined;
}

/** What a link's account answers: balances in the scheme's smallest unit, where they come from and how old they are. */
export interface AccountView {
  readonly balance: { readonly available: number; readonly pending: number | null; readonly held: number | null };
  readonly tier: {
    readonly code: string;
    readonly progress: { readonly current: number; readonly next: number | null; readonly unit: string } | null;
  } | null;
  readonly expiring: readonly {
    readonly points: number;
    readonly expiresOn: string;
    readonly source: 'supplier' | 'derived' | 'unknown';
  }[];
  readonly asOf: Instant;
  readonly source: 'live' | 'cached' | 'statement' | 'manual';
  readonly stale: boolean;
}

export interface StatementLineView {
  readonly supplierReference: string;
  readonly points: number;
  readonly kind: string;
  readonly date: string;
  readonly description: string | null;
  /** Our operation, when the line is one of ours. */
  readonly operationId: string | null;
}

/** Something that happened to a member; a timeline is read newest first. */
export interface TimelineEntry {
  readonly at: Instant;
  readonly subject: string;
  readonly type: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly detail: Json;
}

/** Everything one traveller has; `memberNumber` is in clear only for `read-numbers`. */
export interface TravellerView {
  readonly travellerRef: string;
  readonly links: readonly (LinkView & { readonly account: AccountView | null })[];
}

/** The use cases around a link. Ids are UUIDs in, public ids out. */
export interface Links {
  create(caller: Caller, input: CreateLink, request: IdempotentRequest): Promise<Answer>;
  get(caller: Caller, id: string): Promise<LinkView>;
  list(caller: Caller, filter: LinkFilter, page: PageRequest): Promise<Page<LinkView>>;
  account(caller: Caller, id: string, maxAgeSeconds: number): Promise<AccountView>;
  statement(caller: Caller, id: string, since: string | undefined): Promise<readonly StatementLineView[]>;
  timeline(caller: Caller, id: string, page: PageRequest): Promise<Page<TimelineEntry>>;
  traveller(caller: Caller, travellerRef: string, audience: 'screen' | 'booking'): Promise<TravellerView>;
}
