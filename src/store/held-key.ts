import type pg from 'pg';
import { type Answer, type Caller, type IdempotentRequest, Problem, type StoredAnswer } from '../core/request/ports.js';
import { keyName, readKeys, replay } from './idempotency.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/** What an earlier request with this key was answered; `null`, too, for one that died first. Throws 422 where it was another. */
export async function answeredUnderHold(
  pools: Pools,
  caller: Caller,
  request: IdempotentRequest,
): Promise<Answer | null> {
  return asTenants(pools.app, [caller.tenantId], (client) => answerOf(client, caller, request));
}

/**
 * Does what commits elsewhere under a key that is this request's from before it begins: no other request has the key meanwhile, and
 * the same one, after a death or at the same time, does `work` again, which has to know what it did. What it refuses lets go of the
 * key.
 */
export async function underHold(
  pools: Pools,
  caller: Caller,
  request: IdempotentRequest,
  work: () => Promise<StoredAnswer>,
): Promise<Answer> {
  const { tenantId } = caller;
  const values = [tenantId, request.key, request.fingerprint];
  const known = await asTenants(
    pools.app,
    [tenantId],
    async (client) => {
      await client.query(
        `INSERT INTO idempotency_key (tenant_id, key, fingerprint, state, locked_until, created_at)
       VALUES ($1, $2, $3, 'running', clock_timestamp(), clock_timestamp()) ON CONFLICT DO NOTHING`,
        values,
      );
      return answerOf(client, caller, request);
    },
    'held-key',
  );
  if (known !== null) return known;
  const answer = await work().catch(async (error: unknown) => {
    if (error instanceof Problem)
      await asTenants(pools.app, [tenantId], (client) => client.query(RELEASE, values), 'held-release');
    throw error;
  });
  return asTenants(
    pools.app,
    [tenantId],
    async (client) => {
      const { status, contentType, body, location = null } = answer;
      const kept = await client.query(KEEP, [...values, status, contentType, body, location]);
      if (kept.rowCount === 1) return { ...answer, replayed: false };
      const first = await answerOf(client, caller, request);
      if (first === null) throw new Problem('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
      return first;
    },
    'held-answer',
  );
}

async function answerOf(client: pg.PoolClient, caller: Caller, request: IdempotentRequest): Promise<Answer | null> {
  const use = { tenantId: caller.tenantId, key: request.key, fingerprint: request.fingerprint };
  const record = (await readKeys(client, [use])).get(keyName(use.tenantId, use.key));
  if (record === undefined) return null;
  const isHeld = record.state === 'running' && record.fingerprint.equals(use.fingerprint);
  return isHeld ? null : replay(record, use);
}

const RELEASE = `DELETE FROM idempotency_key WHERE tenant_id = $1 AND key = $2 AND fingerprint = $3 AND state = 'running'`;

/** A rival's refusal may have let go of the key. */
const KEEP = `
  INSERT INTO idempotency_key AS k (tenant_id, key, fingerprint, state, status, content_type, body, location, created_at)
  VALUES ($1, $2, $3, 'done', $4, $5, $6, $7, clock_timestamp())
  ON CONFLICT (tenant_id, key) DO UPDATE SET state = 'done', locked_until = NULL, status = excluded.status,
    content_type = excluded.content_type, body = excluded.body, location = excluded.location
  WHERE k.state = 'running' AND k.fingerprint = excluded.fingerprint`;
