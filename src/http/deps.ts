import type { Authenticate } from '../core/access/caller.js';
import type { Readiness } from '../core/health/readiness.js';
import type { Connections } from '../core/connection/connections.js';
import type { SchemeDesk } from '../core/connection/scheme-desk.js';
import type { Inbound } from '../core/inbound/inbound.js';
import type { Links } from '../core/link/links.js';
import type { Operations } from '../core/operation/operations.js';
import type { Reconciliations } from '../core/reconcile/reconciliations.js';
import type { Redemptions } from '../core/redemption/redemptions.js';
import type { Resyncs } from '../core/resync/resyncs.js';
import type { Schemes } from '../core/scheme/schemes.js';
import type { Support } from '../core/support/support.js';
import type { Log, RequestSample } from './log.js';

/** Everything the door needs of the rest. */
export interface Deps {
  readonly authenticate: Authenticate;
  /** 32 bytes that tell equal requests from others, and nothing of what a request holds to whoever reads them. */
  readonly fingerprint: (request: string) => Buffer;
  readonly links: Links;
  readonly operations: Operations;
  readonly redemptions: Redemptions;
  readonly reconciliations: Reconciliations;
  readonly resyncs: Resyncs;
  readonly support: Support;
  readonly inbound: Inbound;
  readonly schemes: Schemes;
  readonly connections: Connections;
  readonly schemeDesk: SchemeDesk;
  /** False for a process that does not get done with stopping; absent: always true. */
  readonly alive?: (() => boolean) | undefined;
  /** Whether requests can be taken, and each check by name; the names are public. */
  readonly ready: () => Promise<Readiness>;
  /** Everything there is to measure, as text; absent where another port serves it. */
  readonly measures?: (() => Promise<string>) | undefined;
  readonly log: Log;
  /** Told of every answered request. */
  readonly metricsHook?: ((sample: RequestSample) => void) | undefined;
  /** Aborted when the server goes down: answers held by `Prefer: wait` then go out as they are stored. */
  readonly stopping?: AbortSignal | undefined;
}
