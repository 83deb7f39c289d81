import type { LinkStore, PendingLink } from '../core/link/ports.js';
import { tellLink } from './create-link.js';
import { LINK_COLUMNS, toLink } from './link-columns.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';
import { camel } from './camel.js';

/** Takes pending links whose time has come; the relay's role sees where they are, the application's role takes them. */
export async function claimPendingLinks(pools: Pools, limit: number, holdMs: number): Promise<PendingLink[]> {
  const due = await pools.relay.query<{ tenant_id: string; id: string }>(
    `SELECT tenant_id, id FROM link WHERE next_action_at <= statement_timestamp() AND state = 'pending' ORDER BY next_action_at LIMIT $1`,
    [limit],
  );
  if (due.rows.length === 0) return [];
  return asTenants(
    pools.app,
    due.rows.map((row) => row.tenant_id),
    async (client) => {
      const taken = await client.query<Record<string, unknown>>(
        `WITH mine AS (SELECT id FROM link WHERE id = ANY ($1::uuid[]) AND next_action_at <= clock_timestamp() ORDER BY id FOR UPDATE SKIP LOCKED)
         UPDATE link l SET next_action_at = clock_timestamp() + $2 * interval '1 ms'
         FROM mine, data_key k
         WHERE l.id = mine.id AND (k.tenant_id, k.subject_id, k.version) = (l.tenant_id, l.subject_id, l.key_version)
         RETURNING ${LINK_COLUMNS}, l.key_version, l.member_number, l.holder, l.handle, l.form, k.wrapped AS wrapped_key`,
        [due.rows.map((row) => row.id), holdMs],
      );
      return taken.rows.map((row) => {
        const link = toLink(row);
        return { link, member: { ...(camel(row) as PendingLink['member']), linkId: link.id } };
      });
    },
    (claimed) => (claimed.length > 0 ? 'link-claim' : undefined),
  );
}

/** Compare-and-set on the link's version; somebody else's change wins. */
export const settlePendingLink =
  (pools: Pools): LinkStore['settlePending'] =>
  async ({ link }, outcome) => {
    await asTenants(
      pools.app,
      [link.tenantId],
      async (client) => {
        const active = outcome.state === 'active' ? outcome : null;
        const settled = await client.query<Record<string, unknown>>(
          `UPDATE link l SET state = $4, version = l.version + (l.state <> $4)::int, handle = coalesce($5, l.handle), tier = coalesce($6, l.tier),
           reason = $7, form = CASE $4 WHEN 'pending' THEN l.form END, updated_at = clock_timestamp(),
           next_action_at = clock_timestamp() + $8 * interval '1 ms'
         WHERE l.tenant_id = $1 AND l.id = $2 AND l.version = $3 AND l.state = 'pending' RETURNING ${LINK_COLUMNS}`,
          [
            link.tenantId,
            link.id,
            link.version,
            outcome.state,
            active?.handle ?? null,
            active?.tier ?? null,
            outcome.state === 'relink-needed' ? outcome.reason : null,
            outcome.state === 'pending' ? outcome.againInMs : null,
          ],
        );
        const row = settled.rows[0];
        if (row !== undefined && outcome.state !== 'pending') await tellLink(client, toLink(row), 'pending');
      },
      'link-settle',
    );
  };
