import type { Instant } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest } from '../answer.js';
import type { ConnectionState } from './connections.js';
import type { Incident, Work } from './ports.js';

export type SchemeAction = 'pause' | 'resume';

/** The contract's `ConnectionStanding`. */
export interface ConnectionStandingView {
  readonly id: string;
  readonly state: ConnectionState;
  readonly reason: string | null;
  readonly shared: boolean;
}

/** The contract's `SchemeStanding`. */
export interface SchemeStandingView {
  readonly scheme: string;
  readonly connection: ConnectionStandingView;
  readonly limits: {
    readonly perSecond: number | null;
    readonly effectivePerSecond: number | null;
    readonly backlog: { readonly waiting: number; readonly limit: number };
  };
  readonly breakers: readonly {
    readonly work: Work;
    readonly state: 'open' | 'half-open';
    readonly openedAt: Instant;
    readonly probeAt: Instant;
  }[];
  readonly incidents: readonly {
    readonly id: string;
    readonly kind: Incident['kind'];
    readonly work: Work | null;
    readonly reason: string;
    readonly openedAt: Instant;
    readonly closedAt: Instant | null;
  }[];
  readonly operations: { readonly open: number; readonly byState: Readonly<Record<string, number>> };
}

/** A scheme as support sees it: the connection that the caller's tenant uses there. 404 where there is none. */
export interface SchemeDesk {
  standing(caller: Caller, scheme: string): Promise<SchemeStandingView>;
  /** Throws 403 for a connection that is not the caller's to take out of service. */
  act(
    caller: Caller,
    input: { readonly scheme: string; readonly action: SchemeAction; readonly reason: string },
    request: IdempotentRequest,
  ): Promise<Answer>;
}
