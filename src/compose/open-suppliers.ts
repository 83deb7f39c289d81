import { adapterFor } from '../../adapters/index.js';
import { assertTiming, limitsOf, timingOf } from '../config/timing.js';
import type { ConnectionStore, Gate } from '../core/supplier/ports.js';
import { createGate, type GateOptions } from '../limits/gate.js';
import type { Scheme } from '../spec/scheme.js';
import { createBreakerRows } from '../store/breaker-rows.js';
import type { Pools } from '../store/pools.js';
import { createQuotaRows } from '../store/quota.js';
import { createSuppliers, type SuppliersOptions } from '../suppliers/suppliers.js';

/** Sockets to one supplier at once. */
const SOCKETS = 64;

/** This process's gate, over rows that it shares with the fleet. */
export function openGate(pools: Pools, told: Pick<GateOptions, 'onWait' | 'onError'>): ReturnType<typeof createGate> {
  return createGate({ quotas: createQuotaRows(pools), breakers: createBreakerRows(pools), ...told });
}

/** The suppliers of some connections, by the installed adapters. */
export function openSuppliers(
  schemes: ReadonlyMap<string, Scheme>,
  connections: ConnectionStore,
  openSecrets: SuppliersOptions['openSecrets'],
  gate: Gate,
): ReturnType<typeof createSuppliers> {
  return createSuppliers({
    connections,
    schemes,
    adapterFor,
    timingOf,
    limitsOf,
    assertTiming,
    openSecrets,
    maxSockets: SOCKETS,
    gate,
  });
}
