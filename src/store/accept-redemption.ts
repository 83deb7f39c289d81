import type pg from 'pg';
import type { NewOperation, QuoteRow, RedemptionRequest } from '../core/redemption/ports.js';
import { type Answer, Problem } from '../core/request/ports.js';
import { databaseNow } from './accept-accruals.js';
import { RESERVED } from './account-snapshots.js';
import { camel } from './camel.js';
import { keyName, readKeys, replay, storeKeys, type KeyUse } from './idempotency.js';
import { readLinkFacts } from './link-facts.js';
import { insertOperations } from './write-operations.js';

/**
 * Accepts a redemption under its quote's row lock, so that a quote makes one redemption however many ask, and a soft hold under the
 * account's, so that together they never set aside more than there is. The key is read after the lock: a rival with the same key has
 * committed by then and is replayed.
 */
export async function acceptRedemption(client: pg.PoolClient, request: RedemptionRequest): Promise<Answer> {
  const { tenantId } = request.caller;
  const quote = await lockQuote(client, tenantId, request.quoteId);
  const use: KeyUse = { tenantId, key: request.request.key, fingerprint: request.request.fingerprint };
  const known = (await readKeys(client, [use])).get(keyName(tenantId, use.key));
  if (known !== undefined) return replay(known, use);
  const link = quote === null ? null : await linkOf(client, quote);
  const available = quote?.holdKind === 'soft' ? await lockAvailable(client, quote) : null;
  const now = await databaseNow(client);
  const operation = request.prepare({ quote, link, available, now });
  const answer = request.accepted(operation);
  const stored = await storeKeys(client, [{ ...use, answer }], now);
  // The same key on another quote at the same moment: that request holds it.
  if (!stored.has(keyName(tenantId, use.key))) throw new Problem('IDEMPOTENCY_KEY_REUSED');
  await insertOperations(client, [operation]);
  await reserve(client, operation);
  await client.query('UPDATE quote SET redemption_id = $3 WHERE tenant_id = $1 AND id = $2', [
    tenantId,
    request.quoteId,
    operation.id,
  ]);
  return { ...answer, replayed: false };
}

async function lockQuote(client: pg.PoolClient, tenantId: string, id: string): Promise<QuoteRow | null> {
  const found = await client.query<Record<string, unknown>>({
    name: 'lock-quote',
    text: 'SELECT * FROM quote WHERE tenant_id = $1 AND id = $2 FOR UPDATE',
    values: [tenantId, id],
  });
  return found.rows[0] === undefined ? null : (camel(found.rows[0]) as QuoteRow);
}

async function linkOf(client: pg.PoolClient, { tenantId, linkId }: QuoteRow) {
  return (await readLinkFacts(client, [{ tenantId, id: linkId }])).get(`${tenantId}|${linkId}`) ?? null;
}

/** The mirrored balance less what is set aside; `null` where none is known. What a rival reserved is read after the lock. */
async function lockAvailable(client: pg.PoolClient, { tenantId, linkId }: QuoteRow): Promise<number | null> {
  await client.query({
    name: 'lock-account',
    text: 'SELECT FROM account_snapshot WHERE tenant_id = $1 AND link_id = $2 FOR UPDATE',
    values: [tenantId, linkId],
  });
  const found = await client.query<{ available: number }>({
    name: 'read-available',
    text: `SELECT ((s.account ->> 'available')::bigint - ${RESERVED})::bigint AS available
      FROM account_snapshot s WHERE s.tenant_id = $1 AND s.link_id = $2`,
    values: [tenantId, linkId],
  });
  return found.rows[0]?.available ?? null;
}

async function reserve(client: pg.PoolClient, { tenantId, id, linkId, points, hold }: NewOperation): Promise<void> {
  if (hold?.kind !== 'soft') return;
  await client.query({
    name: 'reserve-points',
    text: 'INSERT INTO reservation (tenant_id, operation_id, link_id, points, expires_at) VALUES ($1, $2, $3, $4, $5)',
    values: [tenantId, id, linkId, points, hold.expiresAt],
  });
}
