import type { Account } from '../../spec/adapter.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest, StoredAnswer } from '../answer.js';
import type { SealedMember } from './facts.js';
import type { Consent, LinkFilter, LinkState, LinkView, TimelineEntry } from './links.js';
import type { SealedSecrets, WrappedKey } from './vault.js';

export type { Consent, LinkFilter, LinkState, LinkView, SealedMember, SealedSecrets, TimelineEntry, WrappedKey };
export type { LinkFacts } from './facts.js';
export type { MemberVault, OpenMember } from './vault.js';

/** A link as it is stored, without its sealed parts. */
export interface LinkRow {
  readonly tenantId: string;
  readonly id: string;
  readonly subjectId: string;
  readonly connectionId: string;
  readonly scheme: string;
  readonly travellerRef: string;
  readonly organisation: string | null;
  readonly memberMasked: string;
  readonly state: LinkState;
  readonly reason: string | null;
  readonly verification: LinkView['verification'];
  readonly tier: string | null;
  readonly mergedInto: string | null;
  readonly consent: Consent;
  readonly clientReference: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A link about to be written. `verifyInMs` is set for a pending one: when to try again, from the database's now. */
export interface NewLink extends Omit<LinkRow, 'version' | 'createdAt' | 'updatedAt' | 'mergedInto'> {
  readonly memberIndex: Buffer;
  readonly key: WrappedKey;
  readonly newSubject: boolean;
  readonly sealed: SealedSecrets;
  readonly verifyInMs: number | null;
}

/** A pending link taken for another try at its verification. */
export interface PendingLink {
  readonly link: LinkRow;
  readonly member: SealedMember & { readonly form: Buffer | null };
}

/** The newest that is known of an account. */
export interface KnownAccount {
  readonly account: Account;
  readonly source: 'live' | 'statement' | 'manual';
  readonly asOf: Date;
  readonly ageMs: number;
  /** Points that our own books set aside, or saw spent since: not available, whatever the supplier said then. */
  readonly reserved: number;
  /** Those of them that are still only set aside. */
  readonly setAside: number;
}

/** The person behind a tenant's traveller reference, with the newest data key. */
export interface KnownSubject {
  readonly id: string;
  readonly key: WrappedKey;
}

/** What stands under a number or an idempotency key when a link is asked for. */
export type LinkBeginning =
  | { readonly answered: Answer }
  | { readonly existing: LinkRow }
  | { readonly subject: KnownSubject | null };

/** A written link with its answer; or what a rival wrote first: the number's link, or the traveller's first subject. */
export type LinkCreation =
  | { readonly created: LinkRow; readonly answer: StoredAnswer }
  | { readonly existing: LinkRow }
  | { readonly subject: KnownSubject };

export interface LinkStore {
  /**
   * Holds the idempotency key for `lockMs` while the supplier is asked. An earlier answer is replayed, the number's present link
   * is told instead, else the traveller's subject if there is one. Throws 409 while another request holds the key.
   */
  begin(
    caller: Caller,
    request: IdempotentRequest,
    number: { readonly scheme: string; readonly index: Buffer },
    travellerRef: string,
    lockMs: number,
  ): Promise<LinkBeginning>;
  /** Lets the key go without an answer, so that the same request may be tried anew. */
  release(caller: Caller, key: string): Promise<void>;
  /** Stores an answer that creates nothing. */
  answer(caller: Caller, key: string, answer: StoredAnswer & { readonly linkId: string }): Promise<void>;
  /** Writes link, event and answer in one transaction; nothing is written when a rival was first. */
  create(caller: Caller, key: string, link: NewLink, answer: (row: LinkRow) => StoredAnswer): Promise<LinkCreation>;
  get(caller: Caller, id: string): Promise<LinkRow | null>;
  list(caller: Caller, filter: LinkFilter, page: PageRequest): Promise<Page<LinkRow>>;
  ofTraveller(caller: Caller, travellerRef: string): Promise<readonly LinkRow[]>;
  sealed(caller: Caller, id: string): Promise<SealedMember | null>;
  knownAccount(caller: Caller, id: string): Promise<KnownAccount | null>;
  /** Keeps what the supplier said when it was asked, `askedMsAgo` before now; what was asked later stays. */
  saveAccount(caller: Caller, link: LinkRow, account: Account, askedMsAgo: number): Promise<KnownAccount>;
  /** Which of these references are operations of this link: reference to operation id. */
  ours(caller: Caller, id: string, references: readonly string[]): Promise<ReadonlyMap<string, string>>;
  timeline(caller: Caller, id: string, page: PageRequest): Promise<Page<TimelineEntry>>;
  audit(caller: Caller, act: string, subject: string, reason: string): Promise<void>;
  /** Takes pending links that are due, each for `holdMs`. */
  claimPending(limit: number, holdMs: number): Promise<readonly PendingLink[]>;
  /** Ends a pending link's wait: verified, refused, or to be tried again. */
  settlePending(
    pending: PendingLink,
    outcome:
      | { readonly state: 'active'; readonly handle: Buffer; readonly tier: string | null }
      | { readonly state: 'relink-needed'; readonly reason: string }
      | { readonly state: 'pending'; readonly againInMs: number },
  ): Promise<void>;
}

/** Checks a link form against its scheme's JSON Schema. */
export type CheckForm = (
  scheme: string,
  form: Readonly<Record<string, string>>,
) => readonly { readonly pointer: string; readonly message: string }[];
