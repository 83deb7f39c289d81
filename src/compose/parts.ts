import { createCheckForm } from '../config/link-form.js';
import { createInbound, type InboundUseCases } from '../core/inbound/use-cases.js';
import { overSchemes } from '../core/connection/over-schemes.js';
import type { CreateLinkDeps } from '../core/link/create-link.js';
import type { OperationStore, Outbox, WakeQueue } from '../core/operation/ports.js';
import { type ClockGuard, CLOCK_OFF_AT_MOST_MS, createClockGuard } from '../core/health/clock-guard.js';
import type { BreakBook, InputVault } from '../core/reconcile/ports.js';
import type { ConnectionStore, Gate } from '../core/supplier/ports.js';
import { type Relay, startRelay } from '../core/operation/relay.js';
import { refuseMemberNumbers, type RefuseMemberNumbers } from '../core/support/member-numbers.js';
import { type ClosedSets, closedSets } from '../observe/labels.js';
import { createProcessMetrics, type ProcessMetrics } from '../observe/process-metrics.js';
import { watchedStore } from '../observe/watched-store.js';
import { createWorkLog, type WorkLog } from '../observe/work-log.js';
import { openConnectionSecrets } from '../privacy/connection-secrets.js';
import { type MasterKey, masterKeyFromBytes, rolePassword } from '../privacy/master-key.js';
import { createMemberVault } from '../privacy/member-vault.js';
import { createSettlementVault } from '../privacy/settlement-vault.js';
import { openBackend, type QueueBackend, type QueuePlace } from '../queue/backend.js';
import { openQueues, type OpenQueues } from '../queue/open-queues.js';
import { createWakeQueue } from '../queue/wake-queue.js';
import type { Scheme } from '../spec/scheme.js';
import { assertBoundByTenancy } from '../store/boot-check.js';
import { createBreakBook } from '../store/break-book.js';
import { createConnectionStore } from '../store/connection-store.js';
import { createInboundStore } from '../store/inbound-store.js';
import { createLinkStore } from '../store/link-store.js';
import { createOperationStore } from '../store/operation-store.js';
import { publishOutbox } from '../store/outbox.js';
import { openPools, type Pools, roleUrl } from '../store/pools.js';
import { databaseTime } from '../store/database-time.js';
import { createSearchStore } from '../store/support-search.js';
import { overdue } from '../store/sweep.js';
import type { createSuppliers, SuppliersOptions } from '../suppliers/suppliers.js';
import { openGate, openSuppliers } from './open-suppliers.js';

/** Where a process tells what went wrong; fields never hold bodies, tokens or member numbers. */
export interface GatewayLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
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
  /** Paths of the contract, where this process has a door: what requests are counted under. */
  readonly routes?: readonly string[] | undefined;
}

/** What the use cases and the background work of one process share. */
export interface Parts {
  readonly pools: Pools;
  readonly backend: QueueBackend;
  readonly queues: OpenQueues;
  readonly queue: WakeQueue;
  readonly outbox: Outbox;
  readonly relay: Relay;
  readonly schemes: ReadonlyMap<string, Scheme>;
  readonly store: OperationStore;
  readonly breaks: BreakBook;
  readonly links: CreateLinkDeps;
  readonly connections: ConnectionStore;
  /** The limits and breakers of all connections. */
  readonly gate: Gate;
  readonly master: MasterKey;
  /** A connection's secrets in clear. */
  readonly openSecrets: SuppliersOptions['openSecrets'];
  /** Suppliers by other connections than those that are stored; whoever opens them closes them. */
  readonly suppliersOver: (
    connections: ConnectionStore,
    openSecrets: SuppliersOptions['openSecrets'],
  ) => ReturnType<typeof createSuppliers>;
  /** Judges what people write in their own words. */
  readonly refuseMemberNumbers: RefuseMemberNumbers;
  /** Seals what suppliers' settlements say. */
  readonly inputs: InputVault;
  readonly inbound: InboundUseCases;
  readonly clock: ClockGuard;
  readonly sets: ClosedSets;
  readonly metrics: ProcessMetrics;
  readonly workLog: WorkLog;
  readonly log: GatewayLog;
  /** Tells the log of an error in background work, which comes round again. */
  readonly failed: (where: string) => (error: unknown) => void;
  /** Stops the relay and closes every connection. */
  readonly close: () => Promise<void>;
}

/** Opens what a process needs and starts its relay. Throws `UnsafeLogin` when the database would not keep tenants apart. */
export async function openParts(options: GatewayOptions): Promise<Parts> {
  const failed = (where: string) => (error: unknown) => {
    options.log.error({ where, err: error }, 'background work failed; it will be tried again');
  };
  const master = masterKeyFromBytes(options.masterKey);
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
  const queues = openQueues(backend, failed('queue'));
  const queue = createWakeQueue(queues);
  const clock = createClockGuard(() => databaseTime(pools.relay), CLOCK_OFF_AT_MOST_MS);
  const sets = closedSets(
    options.schemes.map(({ id }) => id),
    options.routes ?? [],
  );
  const metrics = createProcessMetrics(sets, clock.skewMs);
  const workLog = createWorkLog(metrics, options.log);
  const outbox: Outbox = {
    publish: (limit, publish) => publishOutbox(pools, limit, publish),
    overdue: () => overdue(pools),
  };
  const relay = startRelay(outbox, queue, failed('relay'));
  const schemes = new Map(options.schemes.map((scheme) => [scheme.id, scheme]));
  const connections = overSchemes(createConnectionStore(pools), schemes);
  const openSecrets: SuppliersOptions['openSecrets'] = ({ keyVersion, wrappedKey, id, secrets }) =>
    openConnectionSecrets(master, { version: keyVersion, wrapped: wrappedKey }, id, secrets);
  const gate = openGate(pools, { onWait: metrics.waited, onError: failed('gate') });
  const suppliersOver: Parts['suppliersOver'] = (over, open) => openSuppliers(schemes, over, open, gate);
  const suppliers = suppliersOver(connections, openSecrets);
  const vault = createMemberVault(master);
  const store = watchedStore(createOperationStore(pools, relay.nudge, workLog.quarantined), metrics.ended);
  const breaks = createBreakBook(pools, (scheme) => schemes.get(scheme)?.zone ?? 'UTC');
  const inbound = createInbound({
    store: createInboundStore(pools),
    operations: store,
    breaks,
    suppliers,
    vault,
    random: Math.random,
    nowMs: Date.now,
    onSecurityEvent: (what, connectionId) => {
      options.log.warn({ security: true, connectionId }, what);
    },
  });
  return {
    pools,
    backend,
    queues,
    queue,
    outbox,
    relay,
    schemes,
    store,
    breaks,
    links: { store: createLinkStore(pools), suppliers, vault, checkForm: createCheckForm(options.schemes) },
    connections,
    gate,
    master,
    openSecrets,
    suppliersOver,
    refuseMemberNumbers: (tenantId, texts) =>
      refuseMemberNumbers({ schemes: () => schemes.values(), vault, store: createSearchStore(pools) }, tenantId, texts),
    inputs: createSettlementVault(master),
    inbound,
    clock,
    sets,
    metrics,
    workLog,
    log: options.log,
    failed,
    close: async () => {
      await relay.stop();
      await queue.close();
      backend.close();
      suppliers.close();
      await gate.close();
      await pools.end();
    },
  };
}

function queuePlace(options: GatewayOptions, password: string): QueuePlace {
  return options.redisUrls === null
    ? { kind: 'postgres', url: roleUrl(options.databaseUrl, 'queue', password) }
    : { kind: 'redis', urls: options.redisUrls, prefix: options.queuePrefix };
}
