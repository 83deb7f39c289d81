import type { SealedMember } from '../../../src/core/link/facts.js';
import type { LinkRow } from '../../../src/core/link/ports.js';
import type { StoredAnswer } from '../../../src/core/answer.js';
import type { AttemptReport, OperationRow, QueueLane } from '../../../src/core/operation/ports.js';
import type { KeptNotification, PushState } from '../../../src/core/inbound/ports.js';
import type { QuoteRow } from '../../../src/core/redemption/ports.js';
import type { Account } from '../../../src/spec/adapter.js';
import type { Json } from '../../../src/spec/values.js';

/** A row of `operation` with what is only the store's. Times are Unix milliseconds; a row is never changed, only replaced. */
export interface StoredOperation extends OperationRow {
  readonly everSent: boolean;
  readonly resume: string | null;
  readonly firstSentAt: number | null;
  readonly lastSentAt: number | null;
  readonly unknownSince: number | null;
  readonly lookups: number;
  readonly absences: number;
  readonly notSentTries: number;
  readonly leaseToken: string | null;
  readonly leaseUntil: number | null;
  /** Leases in a row that lapsed without an end. */
  readonly lapses: number;
  /** From when the deadline counts; `null`: from the acceptance. */
  readonly deadlineFrom: number | null;
}

export interface StoredEvent {
  readonly tenantId: string;
  readonly subjectId: string;
  readonly sequence: number;
  readonly linkId: string;
  readonly type: string;
  readonly from: string | null;
  readonly to: string;
  readonly evidence: Json;
  readonly at: number;
}

export interface StoredAttempt {
  readonly tenantId: string;
  readonly operationId: string;
  readonly token: string;
  readonly action: 'send' | 'repeat' | 'look-up';
  readonly startedAt: string;
  readonly report: AttemptReport | null;
}

export interface LedgerEntry {
  readonly account: 'member-points' | 'supplier-clearing';
  readonly linkId: string | null;
  readonly amount: number;
}

export interface LedgerTransaction {
  readonly tenantId: string;
  readonly operationId: string;
  readonly kind: 'posting' | 'shortfall';
  readonly scheme: string;
  readonly at: number;
  readonly entries: readonly LedgerEntry[];
}

export interface Reservation {
  readonly tenantId: string;
  readonly operationId: string;
  readonly linkId: string;
  readonly points: number;
  readonly endedAt: number | null;
  readonly outcome: 'spent' | 'freed' | null;
}

export interface StoredKey {
  readonly fingerprint: Buffer;
  readonly answer: StoredAnswer & { readonly operationId?: string | undefined; readonly linkId?: string | undefined };
}

export interface ActivityHolder {
  readonly tenantId: string;
  readonly operationId: string;
  readonly content: string;
}

export interface WaitingWakeUp {
  readonly tenantId: string;
  readonly lane: QueueLane;
  readonly connectionId: string;
  readonly operationId: string;
  readonly dueAt: number;
}

export interface StoredBreak {
  readonly tenantId: string;
  readonly operationId: string;
  readonly difference: number;
  readonly state: 'open' | 'auto-resolved';
}

export interface StoredPush {
  readonly connectionId: string;
  readonly eventId: string;
  readonly notifications: readonly KeptNotification[];
  readonly state: PushState;
  readonly receivedAt: number;
  readonly nextActionAt: number | null;
}

export interface StoredLink {
  readonly row: LinkRow;
  readonly sealed: SealedMember;
}

/** A time in which nothing is sent over a connection; `until` is null while it lasts. */
export interface Standstill {
  readonly connectionId: string;
  readonly from: number;
  readonly until: number | null;
}

/** Everything that is stored. Maps keep the order of insertion, so that the same course gives the same tables. */
export interface Tables {
  readonly operations: Map<string, StoredOperation>;
  readonly events: StoredEvent[];
  readonly attempts: Map<string, StoredAttempt>;
  readonly ledger: Map<string, LedgerTransaction>;
  readonly reservations: Map<string, Reservation>;
  /** By tenant and key. */
  readonly keys: Map<string, StoredKey>;
  /** By tenant, scheme, link and key. */
  readonly activities: Map<string, ActivityHolder>;
  /** Who named a trip first, by scheme and key. */
  readonly firsts: Map<string, ActivityHolder>;
  /** Whose a supplier reference is, by scheme and reference. */
  readonly receipts: Map<string, { readonly tenantId: string; readonly operationId: string }>;
  readonly quotes: Map<string, QuoteRow>;
  readonly links: Map<string, StoredLink>;
  readonly accounts: Map<string, { readonly account: Account; readonly asOf: number }>;
  readonly breaks: StoredBreak[];
  readonly standstills: Standstill[];
  readonly pushes: Map<string, StoredPush>;
  outbox: WaitingWakeUp[];
}

export function emptyTables(): Tables {
  return {
    operations: new Map(),
    events: [],
    attempts: new Map(),
    ledger: new Map(),
    reservations: new Map(),
    keys: new Map(),
    activities: new Map(),
    firsts: new Map(),
    receipts: new Map(),
    quotes: new Map(),
    links: new Map(),
    accounts: new Map(),
    breaks: [],
    standstills: [],
    pushes: new Map(),
    outbox: [],
  };
}

/** The operation of that tenant; another's is not there. */
export function operationOf(tables: Tables, tenantId: string, id: string): StoredOperation | null {
  const row = tables.operations.get(id);
  return row?.tenantId === tenantId ? row : null;
}

/** The link of that tenant; another's is not there. */
export function linkOf(tables: Tables, tenantId: string, id: string): StoredLink | null {
  const link = tables.links.get(id);
  return link?.row.tenantId === tenantId ? link : null;
}

/** Whether calls may go out over a connection. */
export function isLive({ standstills }: Tables, connectionId: string): boolean {
  return !standstills.some((one) => one.connectionId === connectionId && one.until === null);
}
