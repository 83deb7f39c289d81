import type { Context } from '../spec/adapter.js';
import type { AnyAdapter } from '../spec/adapter.js';
import type { Limits, Scheme, Timing, TimingName } from '../spec/scheme.js';
import {
  type CallOptions,
  type ConnectionFacts,
  type ConnectionStore,
  type Exchange,
  type Gate,
  type Limited,
  type StoredConnection,
  type Supplier,
  type Suppliers,
  UnknownConnection,
} from '../core/supplier/ports.js';
import { AdapterFault } from '../spec/errors.js';
import { createAgents, type Agents } from '../kit/agents.js';
import { createHttp } from '../kit/http.js';
import type { HttpGate } from '../kit/http-gate.js';
import { createTokenCache } from '../kit/token-cache.js';
import { randomUUID } from 'node:crypto';

export interface SuppliersOptions {
  readonly connections: ConnectionStore;
  readonly schemes: ReadonlyMap<string, Scheme>;
  readonly adapterFor: (scheme: Scheme) => AnyAdapter;
  readonly timingOf: (scheme: Scheme, name: TimingName) => Timing;
  readonly limitsOf: (scheme: Scheme, name: TimingName) => Limits;
  /** Refuses times under which a write could happen twice. */
  readonly assertTiming: (timing: Timing, conclusiveAfterMs?: number) => void;
  readonly openSecrets: (connection: StoredConnection) => Readonly<Record<string, unknown>>;
  readonly maxSockets: number;
  /** Every request of every connection goes through it. */
  readonly gate: Pick<Gate, 'enter'>;
}

/** How long a connection's settings are used before they are read again. */
const REMEMBER_MS = 5_000;

interface Remembered {
  until: number;
  readonly supplier: Promise<Live>;
}

interface Live {
  readonly supplier: Supplier;
  readonly state: StoredConnection['state'];
  readonly version: number;
  readonly agents: Agents;
}

/**
 * Keeps each connection's adapter configured and its sockets open; a changed connection is configured anew within 5 s. Nothing is asked
 * over one that is not live: `not-sent`. That one is read each time, so that it serves again as soon as it is resumed.
 */
export function createSuppliers(options: SuppliersOptions): Suppliers & { close(): void } {
  const live = new Map<string, Remembered>();
  let facts: { readonly until: number; readonly all: Promise<readonly ConnectionFacts[]> } | undefined;

  const read = async (connectionId: string, before: Promise<Live> | undefined): Promise<Live> => {
    const stored = await options.connections.get(connectionId);
    if (stored === null) throw new UnknownConnection(`no connection ${connectionId}`);
    const present = await before?.catch(() => undefined);
    if (present?.version === stored.version) return present;
    present?.agents.close();
    return open(stored, options);
  };

  return {
    of: async (connectionId) => {
      const known = live.get(connectionId);
      if (known !== undefined && known.until > performance.now()) return (await known.supplier).supplier;
      const supplier = read(connectionId, known?.supplier);
      const remembered = { until: performance.now() + REMEMBER_MS, supplier };
      live.set(connectionId, remembered);
      supplier.then(
        ({ state }) => {
          if (state !== 'live') remembered.until = 0;
        },
        () => live.delete(connectionId),
      );
      return (await supplier).supplier;
    },
    connectionFor: async (tenantId, scheme) => {
      if (facts === undefined || facts.until <= performance.now()) {
        const all = options.connections.all();
        facts = { until: performance.now() + REMEMBER_MS, all };
        all.catch(() => (facts = undefined));
      }
      const ofScheme = (await facts.all).filter((one) => one.scheme === scheme);
      return ofScheme.find((one) => one.tenantId === tenantId) ?? ofScheme.find((one) => one.tenantId === null) ?? null;
    },
    close: () => {
      for (const { supplier } of live.values())
        void supplier.then(({ agents }) => agents.close()).catch(() => undefined);
    },
  };
}

function open(stored: StoredConnection, options: SuppliersOptions): Live {
  const scheme = options.schemes.get(stored.scheme);
  if (scheme === undefined) throw new Error(`scheme ${stored.scheme} of connection ${stored.id} is not installed`);
  const adapter = options.adapterFor(scheme);
  const secrets = options.openSecrets(stored);
  const config = adapter.configure({ settings: stored.settings, secrets });
  const timing = options.timingOf(scheme, stored.timing);
  options.assertTiming(timing, conclusiveAfterMs(adapter, config));
  const agents = createAgents({ maxSockets: options.maxSockets });
  const tokens = createTokenCache(Date.now);
  const allowedOrigin = new URL(String(stored.settings['baseUrl'])).origin;
  const limited: Limited = { connectionId: stored.id, limits: options.limitsOf(scheme, stored.timing) };
  const ownSecrets = Object.values(secrets).filter((value) => typeof value === 'string');
  const context = (call: CallOptions): Context<never> => {
    const signal = call.signal ?? new AbortController().signal;
    return {
      config,
      http: createHttp({
        agents,
        timing,
        allowedOrigin,
        signal,
        lease:
          call.lease === undefined ? undefined : { remainingMs: call.lease.remainingMs, marginMs: timing.sendMarginMs },
        observe:
          call.observe === undefined ? undefined : (exchange) => call.observe?.({ ...exchange } satisfies Exchange),
        gate: stored.state === 'live' ? gateOf(options.gate, limited, call, signal) : shut(stored.state),
        secrets: [...ownSecrets, ...call.secrets],
      }),
      tokens,
      now: Date.now,
      nonce: randomUUID,
      signal,
    };
  };
  return {
    supplier: {
      ...limited,
      version: stored.version,
      scheme,
      adapter,
      config,
      timing,
      context,
    },
    state: stored.state,
    version: stored.version,
    agents,
  };
}

/** Whoever asks over a connection out of service has sent nothing. */
function shut(state: StoredConnection['state']): HttpGate {
  return () => Promise.reject(new AdapterFault({ kind: 'not-sent', detail: `connection ${state}` }));
}

/** The gate as one call meets it: only its first request was let in ahead. */
function gateOf(gate: Pick<Gate, 'enter'>, limited: Limited, call: CallOptions, signal: AbortSignal): HttpGate {
  const { priority = 'live' } = call;
  let admitted = call.admitted === true;
  return (work, withinMs) => {
    const request = { work, priority, admitted, withinMs };
    admitted = false;
    return gate.enter(limited, request, signal);
  };
}

/** The earliest moment at which any of the adapter's writes believes "not found". */
function conclusiveAfterMs(adapter: AnyAdapter, config: never): number | undefined {
  const { accrual, redemption } = adapter;
  const steps = redemption?.flow === 'hold-first' ? [redemption.hold, redemption.release] : [];
  const writes = [accrual?.accrue, accrual?.reverse, redemption?.confirm, redemption?.refund, ...steps];
  const times = writes.flatMap((write) =>
    write === undefined || write.idempotency === 'none' || write.conclusiveAfterMs === undefined
      ? []
      : [write.conclusiveAfterMs(config)],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}
