import type { KnownAccount, LinkRow } from '../core/link/ports.js';
import type { Caller } from '../core/request/ports.js';
import type { Account } from '../spec/adapter.js';
import { camel } from './camel.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/**
 * Points of a link that are not available beyond what its supplier said in snapshot `s`: open reservations, and those that were spent
 * after the supplier was asked.
 */
export const RESERVED = `(
  SELECT coalesce(sum(r.points), 0) FROM reservation r WHERE (r.tenant_id, r.link_id) = (s.tenant_id, s.link_id)
    AND (r.ended_at IS NULL OR (r.outcome = 'spent' AND r.ended_at > s.as_of)))::bigint`;

/** Those of them that are only set aside. */
const OPEN = `(
  SELECT coalesce(sum(r.points), 0) FROM reservation r
  WHERE (r.tenant_id, r.link_id) = (s.tenant_id, s.link_id) AND r.ended_at IS NULL)::bigint`;

const KNOWN = `s.account, s.source, s.as_of, (extract(epoch FROM clock_timestamp() - s.as_of) * 1000)::float8 AS age_ms,
  ${RESERVED} AS reserved, ${OPEN} AS set_aside`;

export async function readKnownAccount(pools: Pools, caller: Caller, id: string): Promise<KnownAccount | null> {
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<Record<string, unknown>>({
      name: 'read-known-account',
      text: `SELECT ${KNOWN} FROM account_snapshot s WHERE s.tenant_id = $1 AND s.link_id = $2`,
      values: [caller.tenantId, id],
    });
    return found.rows[0] === undefined ? null : (camel(found.rows[0]) as KnownAccount);
  });
}

/** Keeps what a supplier said when it was asked, which is `askedMsAgo` before now; the newest question wins. */
export async function saveAccount(
  pools: Pools,
  caller: Caller,
  link: LinkRow,
  account: Account,
  askedMsAgo: number,
): Promise<KnownAccount> {
  return asTenants(
    pools.app,
    [caller.tenantId],
    async (client) => {
      const saved = await client.query<Record<string, unknown>>({
        name: 'save-account',
        text: `
        WITH tier AS (UPDATE link SET tier = coalesce($4, tier) WHERE tenant_id = $1 AND id = $2 AND tier IS DISTINCT FROM coalesce($4, tier))
        INSERT INTO account_snapshot AS s (tenant_id, link_id, account, source, as_of)
        VALUES ($1, $2, $3, 'live', clock_timestamp() - $5 * interval '1 ms')
        ON CONFLICT (tenant_id, link_id) DO UPDATE SET
          account = CASE WHEN s.as_of < excluded.as_of THEN excluded.account ELSE s.account END,
          source = CASE WHEN s.as_of < excluded.as_of THEN excluded.source ELSE s.source END,
          as_of = greatest(s.as_of, excluded.as_of)
        RETURNING ${KNOWN}`,
        values: [caller.tenantId, link.id, account, account.tier?.code ?? null, askedMsAgo],
      });
      const row = saved.rows[0];
      if (row === undefined) throw new Error('the account was not saved');
      return camel(row) as KnownAccount;
    },
    'account',
  );
}
