import type pg from 'pg';
import type { Caller } from '../core/request/ports.js';
import { toTypeId } from '../spec/typeid.js';
import type { Json } from '../spec/values.js';

/** Who did what to what and why, for many things at once: one row each. */
export async function writeAudits(
  client: pg.PoolClient,
  { tenantId, keyId }: Caller,
  entries: readonly {
    readonly act: string;
    readonly subject: string;
    readonly reason: string;
    readonly before: Json;
    readonly after: Json;
  }[],
): Promise<void> {
  if (entries.length === 0) return;
  await client.query({
    name: 'write-audits',
    text: `INSERT INTO audit (tenant_id, id, actor, act, subject, reason, before, after)
      SELECT $1, gen_random_uuid(), $2, act, subject, reason, before, after
      FROM jsonb_to_recordset($3::jsonb) AS e (act text, subject text, reason text, before jsonb, after jsonb)`,
    values: [tenantId, toTypeId('key', keyId), JSON.stringify(entries)],
  });
}
