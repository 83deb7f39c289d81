import type { Authenticate } from '../core/access/caller.js';
import type { Inbound } from '../core/inbound/inbound.js';
import type { Links } from '../core/link/links.js';
import type { Operations } from '../core/operation/operations.js';
import type { Reconciliations } from '../core/reconcile/reconciliations.js';
import type { Redemptions } from '../core/redemption/redemptions.js';
import type { Resyncs } from '../core/resync/resyncs.js';
import type { Schemes } from '../core/scheme/schemes.js';
import type { Log, RequestSample } from './log.js';

/** Whether requests can be taken, and each check by name; the names are public. */
interface ReadinessReport {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
}

/** Everything the door needs of the rest. */
export interface Deps {
  readonly authenticate: Authenticate;
  readonly links: Links;
  readonly operations: Operations;
  readonly redemptions: Redemptions;
  readonly reconciliations: Reconciliations;
  readonly resyncs: Resyncs;
  readonly inbound: Inbound;
  readonly schemes: Schemes;
  readonly ready: () => Promise<ReadinessReport>;
  readonly log: Log;
  /** Told of every answered request. */
  readonly metricsHook?: ((sample: RequestSample) => void) | undefined;
  /** Aborted when the server goes down: answers held by `Prefer: wait` then go out as they are stored. */
  readonly stopping?: AbortSignal | undefined;
}
