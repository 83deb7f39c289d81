import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Gate, Limited, Priority } from '../../src/core/supplier/ports.js';
import { createGate } from '../../src/limits/gate.js';
import { masterKeyFromBytes, rolePassword } from '../../src/privacy/master-key.js';
import { AdapterFault } from '../../src/spec/errors.js';
import { createBreakerRows } from '../../src/store/breaker-rows.js';
import { openPools } from '../../src/store/pools.js';
import { createQuotaRows } from '../../src/store/quota.js';
import { freshDatabase, ownerPool, testMasterKey } from '../support/database.js';

/** One process's gate, over connections to the database of its own. */
export interface GateProcess {
  readonly gate: ReturnType<typeof createGate>;
  /** How often it asked the database. */
  readonly questions: () => number;
  readonly close: () => Promise<void>;
}

export interface Gates {
  readonly owner: pg.Pool;
  /** A gate as another process would have it. */
  readonly process: () => GateProcess;
  /** A connection of its own, with so many calls a second. */
  readonly connection: (perSecond: number | null) => Promise<Limited>;
  /** What gates told of that should not happen. */
  readonly errors: unknown[];
  readonly close: () => Promise<void>;
}

/** A signal that is never aborted; one for each, since those who wait listen to it. */
export const never = (): AbortSignal => new AbortController().signal;

/** Gates of several processes over one database. */
export async function openGates(): Promise<Gates> {
  const database = await freshDatabase();
  const owner = ownerPool(database.ownerUrl);
  const errors: unknown[] = [];
  const opened: GateProcess[] = [];
  return {
    owner,
    errors,
    process: () => {
      const one = openProcess(database.ownerUrl, errors);
      opened.push(one);
      return one;
    },
    connection: async (perSecond) => {
      const connectionId = randomUUID();
      await owner.query(`INSERT INTO connection (id, scheme, settings, secrets) VALUES ($1, $2, '{}', '\\x00')`, [
        connectionId,
        `scheme-${connectionId}`,
      ]);
      return { connectionId, limits: { perSecond, backlog: 1_000 } };
    },
    close: async () => {
      await Promise.all(opened.map((one) => one.close()));
      await owner.end();
      await database.drop();
    },
  };
}

function openProcess(databaseUrl: string, errors: unknown[]): GateProcess {
  const master = masterKeyFromBytes(testMasterKey());
  const passwords = { app: rolePassword(master, 'app'), relay: rolePassword(master, 'relay') };
  const pools = openPools({
    databaseUrl,
    passwords,
    appConnections: 1,
    relayConnections: 3,
    onError: (error) => void errors.push(error),
  });
  let questions = 0;
  pools.relay.on('acquire', () => {
    questions += 1;
  });
  const gate = createGate({
    quotas: createQuotaRows(pools),
    breakers: createBreakerRows(pools),
    onError: (error) => void errors.push(error),
  });
  let closed = false;
  return {
    gate,
    questions: () => questions,
    close: async () => {
      if (closed) return;
      closed = true;
      await gate.close();
      await pools.end();
    },
  };
}

export interface Asked {
  readonly work?: 'write' | 'look-up' | 'file';
  readonly priority?: Priority;
  readonly admitted?: boolean;
  readonly withinMs?: number;
}

/** Lets a request in and gives what tells how it ended, or the words of the refusal. */
export async function enter(gate: Gate, connection: Limited, asked: Asked = {}) {
  const request = { work: 'write', priority: 'live', admitted: false, withinMs: 1_000, ...asked } as const;
  try {
    return await gate.enter(connection, request, never());
  } catch (error) {
    if (error instanceof AdapterFault && error.fault.kind === 'not-sent') return error.fault.detail;
    throw error;
  }
}

/** Whether a request was let in; it ended as told. */
export async function call(
  { gate }: GateProcess,
  connection: Limited,
  end: 'answered' | 'failed' | 'throttled' | 'busy' | 'nothing',
  asked: Asked = {},
): Promise<true | string> {
  const leave = await enter(gate, connection, asked);
  if (typeof leave === 'string') return leave;
  leave(end);
  return true;
}

/** The most that fall into any window of so many milliseconds. */
export function mostWithin(moments: readonly number[], windowMs: number): number {
  const sorted = [...moments].sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, moment] of sorted.entries()) {
    while ((sorted[first] ?? 0) <= moment - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
