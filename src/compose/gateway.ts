import { adapterFor } from '../../adapters/index.js';
import { handlersFor } from '../../jobs/index.js';
import { timingOf } from '../config/timing.js';
import type { Authenticate } from '../core/access/caller.js';
import type { InboundUseCases } from '../core/inbound/use-cases.js';
import type { Links } from '../core/link/links.js';
import { createLinks } from '../core/link/use-cases.js';
import { verifyPending } from '../core/link/verify-pending.js';
import { createEngine } from '../core/operation/engine.js';
import type { Operations } from '../core/operation/operations.js';
import { startRounds, sweep } from '../core/operation/sweeper.js';
import { createOperations } from '../core/operation/use-cases.js';
import type { Reconciliations } from '../core/reconcile/reconciliations.js';
import type { Resyncs } from '../core/resync/resyncs.js';
import type { Redemptions } from '../core/redemption/redemptions.js';
import { createRedemptions } from '../core/redemption/use-cases.js';
import type { Schemes } from '../core/scheme/schemes.js';
import { createSchemes } from '../core/scheme/use-cases.js';
import { hashApiKey } from '../privacy/api-key.js';
import { createNightlySchedules } from '../queue/nightly-schedules.js';
import { startWorkers } from '../queue/wake-queue.js';
import { createConnectionGuard } from '../store/connection-guard.js';
import { createAuthenticate } from '../store/keys.js';
import { createRedemptionStore } from '../store/redemption-store.js';
import { createRestWatch } from '../store/rest-watch.js';
import { ensurePartitions, forgetOldKeys } from '../store/sweep.js';
import { type Desk, nightPlans, openDesk } from './desk.js';
import { OPEN_GATE } from './open-gate.js';
import { type GatewayOptions, openParts, type Parts } from './parts.js';

/** One process's use cases over one database, and the background work it may take on. */
export interface Gateway {
  readonly authenticate: Authenticate;
  readonly links: Links;
  readonly operations: Operations;
  readonly redemptions: Redemptions;
  readonly reconciliations: Reconciliations;
  readonly resyncs: Resyncs;
  readonly inbound: InboundUseCases;
  readonly schemes: Schemes;
  /** Resolves when the database answers; rejects otherwise. */
  ping(): Promise<void>;
  /** How far this machine's clock is ahead of the database's, in milliseconds. */
  clockSkewMs(): Promise<number>;
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
  const closing: (() => Promise<void>)[] = [];
  return {
    authenticate: createAuthenticate(pools, hashApiKey),
    links: createLinks(links),
    operations: createOperations({ store, rest: createRestWatch(pools), facts }),
    redemptions: createRedemptions({
      store: createRedemptionStore(pools, parts.relay.nudge),
      operations: store,
      accounts: links,
      facts,
    }),
    ...desk,
    inbound,
    schemes: createSchemes({ schemes, adapterFor, suppliers: links.suppliers }),
    ping: async () => {
      await pools.relay.query('SELECT 1');
    },
    clockSkewMs: async () => {
      const from = Date.now();
      const told = await pools.relay.query<{ ms: number }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
      );
      return (from + Date.now()) / 2 - (told.rows[0]?.ms ?? Number.NaN);
    },
    startWorker: () => {
      closing.push(runWorker(parts, desk, options.slots ?? SLOTS));
    },
    startScheduler: () => {
      closing.push(runScheduler(parts));
    },
    close: async () => {
      // Runs and resyncs hand on at their next step, while the workers wait for them.
      const { reconcile, resync } = desk.runners;
      await Promise.all([...closing.map((close) => close()), reconcile.stop(), resync.stop()]);
      await parts.close();
    },
  };
}

const SLOTS = 64;
const RETRY_LINKS_EVERY_MS = 1_000;
const RETRY_PUSHES_EVERY_MS = 5_000;
const SWEEP_EVERY_MS = 5_000;
/** New connections, and those that went, change the nights within this time. */
const NIGHTS_EVERY_MS = 300_000;
const HOUSEKEEPING_EVERY_MS = 3_600_000;

/** Takes wake-ups, retries pending links and parked pushes; the answer stops all of it. */
function runWorker(
  { pools, store, links, backend, inbound, failed }: Parts,
  { runners }: Desk,
  slots: number,
): () => Promise<void> {
  const { suppliers, vault } = links;
  const engine = createEngine({
    store,
    suppliers,
    vault,
    random: Math.random,
    gate: OPEN_GATE,
    guard: createConnectionGuard(pools),
    limits: {
      total: slots,
      perConnection: Math.ceil(slots * 0.4),
      retries: Math.floor(slots / 2),
      onError: failed('operation'),
    },
    onAttempt: () => undefined,
    onError: (error, where) => {
      failed(where)(error);
    },
  });
  const workers = startWorkers(backend, handlersFor({ engine, ...runners }), failed('worker'));
  const rounds = startRounds(
    [
      { name: 'links', everyMs: RETRY_LINKS_EVERY_MS, run: () => verifyPending({ ...links, random: Math.random }, 20) },
      { name: 'pushes', everyMs: RETRY_PUSHES_EVERY_MS, run: () => inbound.retryParked(50) },
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

/** Looks after what is overdue and what ages; the answer stops it. */
function runScheduler(parts: Parts): () => Promise<void> {
  const { pools, outbox, queue, backend, failed } = parts;
  const schedules = createNightlySchedules(backend, failed('nightly schedule'));
  const rounds = startRounds(
    [
      { name: 'nights', everyMs: NIGHTS_EVERY_MS, run: async () => schedules.keep(await nightPlans(parts)) },
      { name: 'sweep', everyMs: SWEEP_EVERY_MS, run: () => sweep(outbox, queue) },
      { name: 'old keys', everyMs: HOUSEKEEPING_EVERY_MS, run: () => forgetOldKeys(pools) },
      { name: 'partitions', everyMs: HOUSEKEEPING_EVERY_MS, run: () => ensurePartitions(pools) },
    ],
    (error, round) => {
      failed(round)(error);
    },
  );
  return async () => {
    await rounds.stop();
    await schedules.close();
  };
}
