import type { AttemptReport, Decision, OperationRow } from '../core/operation/ports.js';

/** A decision about an operation as it was read: it is applied only if the operation still stands there. */
export interface Change {
  readonly operation: Pick<
    OperationRow,
    'tenantId' | 'id' | 'kind' | 'state' | 'version' | 'connectionId' | 'scheme' | 'originalId'
  >;
  readonly decision: Decision;
  /** The lease under which it was decided; `null` when nobody held one or it had lapsed. */
  readonly token: string | null;
  /** Opens a lease and an attempt with the change. */
  readonly opens?: { readonly token: string; readonly action: 'send' | 'repeat' | 'look-up'; readonly leaseMs: number };
  /** Ends the attempt of the lease. */
  readonly ends?: { readonly startedAt: string; readonly report: AttemptReport };
}
