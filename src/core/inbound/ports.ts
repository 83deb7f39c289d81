import type { Notification } from '../../spec/notification.js';

/** A notification as it is kept until it is applied: the member number as a blind index only. */
export type KeptNotification =
  Exclude<Notification, { type: 'member.changed' }> extends infer N
    ? N extends unknown
      ? Omit<N, 'memberNumber'> & { readonly memberIndex?: string | undefined }
      : never
    : never;

/** How far a push has come. */
export type PushState = 'received' | 'applied' | 'parked' | 'mismatch' | 'ignored';

/** A push that waits for its operation to become known. */
export interface ParkedPush {
  readonly connectionId: string;
  readonly eventId: string;
  readonly notifications: readonly KeptNotification[];
}

export interface InboundStore {
  /** Records a push once; answers the state of the first when it came before. */
  receive(connectionId: string, eventId: string, notifications: readonly KeptNotification[]): Promise<PushState>;
  settle(connectionId: string, eventId: string, state: PushState, againInMs: number | null): Promise<void>;
  /** Whose operation a reference is; no tenant is asked for, since the supplier does not know ours. */
  locate(
    connectionId: string,
    reference: string,
  ): Promise<{ readonly tenantId: string; readonly operationId: string } | null>;
  /** Parked pushes that are due, each held for `holdMs`; those older than `forgetMs` become `ignored`. */
  claimParked(limit: number, holdMs: number, forgetMs: number): Promise<readonly ParkedPush[]>;
}
