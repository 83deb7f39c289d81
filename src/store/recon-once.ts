import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { type Answer, type Caller, type IdempotentRequest, Problem, type StoredAnswer } from '../core/request/ports.js';
import type { Commit } from '../spec/crash-point.js';
import { toTypeId } from '../spec/typeid.js';
import type { Json } from '../spec/values.js';
import { databaseNow } from './accept-accruals.js';
import { type KeyUse, keyName, readKeys, replay, storeKeys } from './idempotency.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/** Another request stored an answer under the same key meanwhile; what this one did is undone. */
class KeyTaken extends Error {
  override readonly name = 'KeyTaken';
}

/** What an earlier request with this key was answered. Throws 422 where it was another request. */
export async function answered(pools: Pools, caller: Caller, request: IdempotentRequest): Promise<Answer | null> {
  return asTenants(pools.app, [caller.tenantId], (client) => answerOf(client, useOf(caller, request)));
}

/**
 * Does something once per key: effect and answer commit together, and whoever comes again gets that answer. `also`
 * names further tenants.
 */
export async function answerOnce(
  pools: Pools,
  caller: Caller,
  request: IdempotentRequest,
  also: readonly string[],
  work: (client: pg.PoolClient) => Promise<StoredAnswer>,
  commit?: Commit,
): Promise<Answer> {
  const use = useOf(caller, request);
  try {
    return await asTenants(
      pools.app,
      [caller.tenantId, ...also],
      async (client) => {
        const known = await answerOf(client, use);
        if (known !== null) return known;
        const answer = await work(client);
        const stored = await storeKeys(client, [{ ...use, answer }], await databaseNow(client));
        if (!stored.has(keyName(use.tenantId, use.key))) throw new KeyTaken();
        return { ...answer, replayed: false };
      },
      commit,
    );
  } catch (error) {
    if (!(error instanceof KeyTaken) && !(error instanceof Problem)) throw error;
    // What stands in the way may be what the same request did an instant ago.
    const known = await answered(pools, caller, request);
    if (known !== null) return known;
    throw error instanceof Problem ? error : new Problem('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
  }
}

/** Keeps who did what to what, and why. */
export async function writeAudit(
  client: pg.PoolClient,
  caller: Caller,
  entry: {
    readonly act: string;
    readonly subject: string;
    readonly reason: string;
    readonly before?: Json;
    readonly after?: Json;
    /** A UUID of what is to be done once; a second one breaks the primary key. */
    readonly id?: string | undefined;
  },
): Promise<void> {
  const { id = randomUUID(), act, subject, reason, before, after } = entry;
  await client.query(
    `INSERT INTO audit (tenant_id, id, actor, act, subject, reason, before, after)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [caller.tenantId, id, toTypeId('key', caller.keyId), act, subject, reason, before ?? null, after ?? null],
  );
}

async function answerOf(client: pg.PoolClient, use: KeyUse): Promise<Answer | null> {
  const record = (await readKeys(client, [use])).get(keyName(use.tenantId, use.key));
  return record === undefined ? null : replay(record, use);
}

function useOf(caller: Caller, { key, fingerprint }: IdempotentRequest): KeyUse {
  return { tenantId: caller.tenantId, key, fingerprint };
}
