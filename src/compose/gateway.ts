import { adapterOf } from '../../adapters/index.js';
import { handlersFor } from '../../jobs/index.js';
import type { Authenticate } from '../core/access/caller.js';
import { createInbound, type InboundUseCases } from '../core/inbound/use-cases.js';
import type { Links } from '../core/link/links.js';
import { createLinks } from '../core/link/use-cases.js';
import { verifyPending } from '../core/link/verify-pending.js';
import { createEngine } from '../core/operation/engine.js';
import type { Operations } from '../core/operation/operations.js';
import type { Outbox } from '../core/operation/ports.js';
import { startRelay, type Relay } from '../core/operation/relay.js';
import { startRounds, sweep } from '../core/operation/sweeper.js';
import { createOperations } from '../core/operation/use-cases.js';
import type { Schemes } from '../core/scheme/schemes.js';
import { createSchemes } from '../core/scheme/use-cases.js';
import { createCheckForm } from '../config/link-form.js';
import { assertTiming, TIMINGS } from '../config/timing.js';
import { hashApiKey } from '../privacy/api-key.js';
import { openConnectionSecrets } from '../privacy/connection-secrets.js';
import { masterKeyFromBytes, rolePassword } from '../privacy/master-key.js';
import { createMemberVault } from '../privacy/member-vault.js';
import { openBackend, type QueuePlace } from '../queue/backend.js';
import { createWakeQueue, startWorkers } from '../queue/wake-queue.js';
import type { Scheme } from '../spec/scheme.js';
import { assertBoundByTenancy } from '../store/boot-check.js';
import { createConnectionStore } from '../store/connection-store.js';
import { createInboundStore } from '../store/inbound-store.js';
import { createAuthenticate } from '../store/keys.js';
import { createLinkStore } from '../store/link-store.js';
import { createOperationStore } from '../store/operation-store.js';
import { publishOutbox } from '../store/outbox.js';
import { openPools, roleUrl } from '../store/pools.js';
import { createRestWatch } from '../store/rest-watch.js';
import { ensurePartitions, forgetOldKeys, overdue } from '../store/sweep.js';
import { createSuppliers } from '../suppliers/suppliers.js';

/** Where a process tells what went wrong; fields never hold bodies, tokens or member numbers. */
export interface GatewayLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface GatewayOptions {
  /** The owner's URL; only host, port and database of it are used. */
  readonly databaseUrl: string;
  readonly masterKey: Buffer;
  /** Nodes of a Redis; `null`: the queue lives in PostgreSQL. */
  readonly redisUrls: readonly string[] | null;
  readonly queuePrefix?: string | undefined;
  readonly schemes: readonly Scheme[];
  readonly log: GatewayLog;
  /** Operations under way at once in this process. */
  readonly slots?: number | undefined;
}

/** One process's use cases over one database, and the background work it may take on. */
export interface Gateway {
  readonly authenticate: Authenticate;
  readonly links: Links;
  readonly operations: Operations;
  readonly inbound: InboundUseCases;
  readonly schemes: Schemes;
  /** Resolves when the database answers; rejects otherwise. */
  ping(): Promise<void>;
  /** Takes work from the queues. */
  startWorker(): void;
  /** Looks after what is overdue and what ages. */
  startScheduler(): void;
  /** Ends background work, waits for what is under way and closes every connection. */
  close(): Promise<void>;
}

const SWEEP_EVERY_MS = 5_000;
const RETRY_LINKS_EVERY_MS = 1_000;
const RETRY_PUSHES_EVERY_MS = 5_000;
const HOUSEKEEPING_EVERY_MS = 3_600_000;
const SLOTS = 64;

/** Wires one process. Throws `UnsafeLogin` when the database would not keep tenants apart. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { log } = options;
  const master = masterKeyFromBytes(options.masterKey);
  const failed = (where: string) => (error: unknown) => {
    log.error({ where, error }, 'background work failed; it will be tried again');
  };
  const pools = openPools({
    databaseUrl: options.databaseUrl,
    passwords: { app: rolePassword(master, 'app'), relay: rolePassword(master, 'relay') },
    appConnections: 12,
    relayConnections: 6,
    onError: failed('database'),
  });
  await assertBoundByTenancy(pools.app).catch(async (error: unknown) => {
    await pools.end();
    throw error;
  });
  const backend = openBackend(queuePlace(options, rolePassword(master, 'queue')));
  const queue = createWakeQueue(backend, failed('queue'));
  const outbox: Outbox = {
    publish: (limit, publish) => publishOutbox(pools, limit, publish),
    overdue: () => overdue(pools),
  };
  const relay: Relay = startRelay(outbox, queue, failed('relay'));

  const schemes = new Map(options.schemes.map((scheme) => [scheme.id, scheme]));
  const suppliers = createSuppliers({
    connections: createConnectionStore(pools),
    schemes,
    adapterOf,
    timings: TIMINGS,
    assertTiming,
    openSecrets: (stored) =>
      openConnectionSecrets(
        master,
        { version: stored.keyVersion, wrapped: stored.wrappedKey },
        stored.id,
        stored.secrets,
      ),
    maxSockets: SLOTS,
  });
  const vault = createMemberVault(master);
  const store = createOperationStore(pools, relay.nudge);
  const linkDeps = { store: createLinkStore(pools), suppliers, vault, checkForm: createCheckForm(options.schemes) };
  const facts = (id: string) => {
    const scheme = schemes.get(id);
    if (scheme === undefined) throw new Error(`scheme ${id} is not installed`);
    return { scheme, adapter: adapterOf(scheme.adapter), timing: TIMINGS.normal };
  };
  const inbound = createInbound({
    store: createInboundStore(pools),
    operations: store,
    suppliers,
    vault,
    random: Math.random,
    nowMs: Date.now,
    onSecurityEvent: (what, connectionId) => {
      log.warn({ security: true, connectionId }, what);
    },
  });

  const closing: (() => Promise<void>)[] = [];
  return {
    authenticate: createAuthenticate(pools, hashApiKey),
    links: createLinks(linkDeps),
    operations: createOperations({ store, rest: createRestWatch(pools), facts }),
    inbound,
    schemes: createSchemes({ schemes, adapterOf, suppliers }),
    ping: async () => {
      await pools.relay.query('SELECT 1');
    },
    startWorker: () => {
      const slots = options.slots ?? SLOTS;
      const engine = createEngine({
        store,
        suppliers,
        vault,
        random: Math.random,
        limits: { total: slots, perConnection: Math.ceil(slots * 0.4), onError: failed('operation') },
        onError: (error, where) => {
          failed(where)(error);
        },
      });
      const workers = startWorkers(backend, handlersFor(engine), failed('worker'));
      const rounds = startRounds(
        [
          {
            name: 'links',
            everyMs: RETRY_LINKS_EVERY_MS,
            run: () => verifyPending({ ...linkDeps, random: Math.random }, 20),
          },
          { name: 'pushes', everyMs: RETRY_PUSHES_EVERY_MS, run: () => inbound.retryParked(50) },
        ],
        (error, round) => {
          failed(round)(error);
        },
      );
      closing.push(async () => {
        await Promise.all([workers.close(), rounds.stop()]);
        await engine.stop();
      });
    },
    startScheduler: () => {
      const rounds = startRounds(
        [
          { name: 'sweep', everyMs: SWEEP_EVERY_MS, run: () => sweep(outbox, queue) },
          { name: 'old keys', everyMs: HOUSEKEEPING_EVERY_MS, run: () => forgetOldKeys(pools) },
          { name: 'partitions', everyMs: HOUSEKEEPING_EVERY_MS, run: () => ensurePartitions(pools) },
        ],
        (error, round) => {
          failed(round)(error);
        },
      );
      closing.push(() => rounds.stop());
    },
    close: async () => {
      await Promise.all(closing.map((close) => close()));
      await relay.stop();
      await queue.close();
      backend.close();
      suppliers.close();
      await pools.end();
    },
  };
}

function queuePlace(options: GatewayOptions, password: string): QueuePlace {
  return options.redisUrls === null
    ? { kind: 'postgres', url: roleUrl(options.databaseUrl, 'queue', password) }
    : { kind: 'redis', urls: options.redisUrls, prefix: options.queuePrefix };
}
