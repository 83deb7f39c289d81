import type { TimingName } from '../../spec/scheme.js';
import type { Instant } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest } from '../answer.js';
import type { ConnectionFacts } from '../supplier/ports.js';

export const CONNECTION_STATES = [
  'live',
  'paused',
  'auth-failed',
] as const satisfies readonly ConnectionFacts['state'][];
export type ConnectionState = (typeof CONNECTION_STATES)[number];

/** What a try of a connection's credentials came to. */
export const CHECK_RESULTS = ['ok', 'auth-failed', 'unreachable', 'cannot-check'] as const;
export type CheckResult = (typeof CHECK_RESULTS)[number];

type Settings = Readonly<Record<string, unknown>>;
/** In clear, on their way to be sealed. */
type Secrets = Readonly<Record<string, string>>;

/** The body of `POST /v1/admin/connections`; `tenantId` is a UUID, `null` for one that all share. */
export interface CreateConnection {
  readonly scheme: string;
  readonly tenantId: string | null;
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly timing: TimingName;
  readonly reason: string;
}

/** The body of `PATCH /v1/admin/connections/{id}`: what is given replaces what was, settings and secrets as a whole. */
export interface ChangeConnection {
  readonly settings?: Settings | undefined;
  readonly secrets?: Secrets | undefined;
  readonly timing?: TimingName | undefined;
  readonly state?: 'live' | 'paused' | undefined;
  readonly reason: string;
}

/** The contract's `Connection`. */
export interface ConnectionView {
  readonly id: string;
  readonly scheme: string;
  readonly tenantId: string | null;
  readonly settings: Settings;
  readonly timing: TimingName;
  readonly state: ConnectionState;
  readonly reason: string | null;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface ConnectionFilter {
  readonly scheme?: string | undefined;
  readonly state?: ConnectionState | undefined;
}

/** The contract's `ConnectionCheck`. */
export interface ConnectionCheckView {
  readonly result: CheckResult;
  readonly message: string;
  readonly connection: ConnectionView;
}

/** Whose credentials are used. All of it is the operator's: 403 for every other tenant's key. Ids are UUIDs in, public ids out. */
export interface Connections {
  create(caller: Caller, input: CreateConnection, request: IdempotentRequest, language: 'zh' | 'en'): Promise<Answer>;
  get(caller: Caller, id: string): Promise<ConnectionView>;
  list(caller: Caller, filter: ConnectionFilter, page: PageRequest): Promise<Page<ConnectionView>>;
  change(caller: Caller, id: string, input: ChangeConnection, language: 'zh' | 'en'): Promise<ConnectionView>;
  check(caller: Caller, id: string, language: 'zh' | 'en'): Promise<ConnectionCheckView>;
}
