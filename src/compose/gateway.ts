import { adapterFor } from '../../adapters/index.js';
import { byTheClock } from '../../jobs/by-the-clock.js';
import { handlersFor } from '../../jobs/index.js';
import { timingOf } from '../config/timing.js';
import type { Authenticate } from '../core/access/caller.js';
import type { ClockGuard } from '../core/health/clock-guard.js';
import type { CanaryBook } from '../core/health/ports.js';
import type { Connections } from '../core/connection/connections.js';
import { limitedOperations, limitedRedemptions } from '../core/connection/limited-acceptance.js';
import type { SchemeDesk } from '../core/connection/scheme-desk.js';
import type { InboundUseCases } from '../core/inbound/use-cases.js';
import type { Links } from '../core/link/links.js';
import { createLinks } from '../core/link/use-cases.js';
import { verifyPending } from '../core/link/verify-pending.js';
import { createEngine } from '../core/operation/engine.js';
import type { Operations } from '../core/operation/operations.js';
import { startRounds } from '../core/operation/sweeper.js';
import { createOperations } from '../core/operation/use-cases.js';
import type { Reconciliations } from '../core/reconcile/reconciliations.js';
import type { Resyncs } from '../core/resync/resyncs.js';
import type { Redemptions } from '../core/redemption/redemptions.js';
import { createRedemptions } from '../core/redemption/use-cases.js';
import type { Schemes } from '../core/scheme/schemes.js';
import type { Support } from '../core/support/support.js';
import { createSchemes } from '../core/scheme/use-cases.js';
import { hashApiKey } from '../privacy/api-key.js';
import { concealedFingerprint } from '../privacy/concealed-fingerprint.js';
import type { ProcessMetrics } from '../observe/process-metrics.js';
import { startWorkers } from '../queue/wake-queue.js';
import { createConnectionGuard } from '../store/connection-guard.js';
import { createAuthenticate } from '../store/keys.js';
import { createRedemptionStore } from '../store/redemption-store.js';
import { createRestWatch } from '../store/rest-watch.js';
import { openAdministration } from './administration.js';
import { type ClockWatch, createClockWatch } from './clock-watch.js';
import { type Desk, openDesk } from './desk.js';
import { type GatewayOptions, openParts, type Parts } from './parts.js';
import { runScheduler } from './scheduler.js';
import { openVitals, type Vitals } from './vitals.js';

/** One process's use cases over one database, and the background work it may take on. */
export interface Gateway {
  readonly authenticate: Authenticate;
  /** What requests are known again by. */
  readonly fingerprint: (request: string) => Buffer;
  readonly links: Links;
  readonly operations: Operations;
  readonly redemptions: Redemptions;
  readonly reconciliations: Reconciliations;
  readonly resyncs: Resyncs;
  readonly support: Support;
  readonly inbound: InboundUseCases;
  readonly schemes: Schemes;
  readonly connections: Connections;
  readonly schemeDesk: SchemeDesk;
  readonly vitals: Vitals;
  readonly metrics: ProcessMetrics;
  readonly clock: ClockGuard;
  /** Measures the clock from now on, for what this process tells of it; work does so by itself. */
  watchClock(): void;
  /** Carry out runs and resyncs in this process; a worker's jobs wake them, a verb of the command line does so itself. */
  readonly runners: Desk['runners'];
  /** Takes work from the queues. */
  startWorker(): void;
  /** Looks after what is overdue and what ages. */
  startScheduler(): void;
  /** Ends background work, waits for what is under way and closes every connection. */
  close(): Promise<void>;
}

/** Wires one process. Throws `UnsafeLogin` when the database would not keep tenants apart. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const parts = await openParts(options);
  const { pools, schemes, store, links, inbound } = parts;
  const facts = (id: string) => {
    const scheme = schemes.get(id);
    if (scheme === undefined) throw new Error(`scheme ${id} is not installed`);
    return { scheme, adapter: adapterFor(scheme), timing: timingOf(scheme, 'normal') };
  };
  const desk = openDesk(parts);
  const { connections, schemeDesk, backlog, reads } = openAdministration(parts);
  const accepting = limitedOperations(store, backlog);
  const vitals = openVitals(parts);
  const clockWatch = createClockWatch(parts);
  const closing: (() => Promise<void>)[] = [];
  return {
    authenticate: createAuthenticate(pools, hashApiKey),
    fingerprint: (request) => concealedFingerprint(parts.master, request),
    links: createLinks(links),
    operations: createOperations({ store: accepting, rest: createRestWatch(pools), facts }),
    redemptions: createRedemptions({
      store: limitedRedemptions(createRedemptionStore(pools, parts.relay.nudge), backlog),
      isFull: (connectionId) => backlog.isFull(connectionId),
      operations: accepting,
      accounts: links,
      facts,
    }),
    ...desk,
    inbound,
    schemes: createSchemes({ schemes, adapterFor, suppliers: links.suppliers, degraded: () => reads.degraded() }),
    connections,
    schemeDesk,
    vitals,
    metrics: parts.metrics,
    clock: parts.clock,
    watchClock: () => {
      clockWatch.start();
    },
    startWorker: () => {
      closing.push(runWorker(parts, desk, vitals.canaries, clockWatch, options.slots ?? SLOTS));
    },
    startScheduler: () => {
      clockWatch.start();
      closing.push(runScheduler(parts, vitals));
    },
    close: async () => {
      // Runs and resyncs hand on at their next step, while the workers wait for them.
      const { reconcile, resync } = desk.runners;
      await Promise.all([clockWatch.stop(), ...closing.map((close) => close()), reconcile.stop(), resync.stop()]);
      await parts.close();
    },
  };
}

const SLOTS = 64;
const RETRY_LINKS_EVERY_MS = 1_000;
const RETRY_PUSHES_EVERY_MS = 5_000;

/** Takes wake-ups, retries pending links and parked pushes, all of it by a clock that is right; the answer stops it. */
function runWorker(
  parts: Parts,
  { runners }: Desk,
  canaries: CanaryBook,
  clockWatch: ClockWatch,
  slots: number,
): () => Promise<void> {
  const { pools, gate, store, links, backend, inbound, clock, workLog, failed } = parts;
  const { suppliers, vault } = links;
  const engine = createEngine({
    // What is claimed is sent, signed with the time: while the clock is wrong nothing is.
    store: { ...store, claim: (request) => (clock.right() ? store.claim(request) : Promise.resolve([])) },
    suppliers,
    vault,
    random: Math.random,
    gate,
    guard: createConnectionGuard(pools),
    limits: {
      total: slots,
      perConnection: Math.ceil(slots * 0.4),
      retries: Math.floor(slots / 2),
      onError: failed('operation'),
    },
    onAttempt: workLog.attempt,
    onError: (error, where) => {
      failed(where)(error);
    },
  });
  const handlers = byTheClock(clock.right, handlersFor({ engine, ...runners, canaries }));
  const workers = startWorkers(backend, handlers, failed('worker'));
  clockWatch.start((verdict) => (verdict === 'wrong' ? workers.pause() : workers.resume()));
  const ifRight = (run: () => Promise<unknown>) => async () => (clock.right() ? run() : undefined);
  const rounds = startRounds(
    [
      {
        name: 'links',
        everyMs: RETRY_LINKS_EVERY_MS,
        run: ifRight(() => verifyPending({ ...links, random: Math.random }, 20)),
      },
      { name: 'pushes', everyMs: RETRY_PUSHES_EVERY_MS, run: ifRight(() => inbound.retryParked(50)) },
    ],
    (error, round) => {
      failed(round)(error);
    },
  );
  return async () => {
    await Promise.all([workers.close(), rounds.stop()]);
    await engine.stop();
  };
}
