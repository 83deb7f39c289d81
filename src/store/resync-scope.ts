import type pg from 'pg';
import { invalid, Problem } from '../core/request/ports.js';
import type { ResyncRequest, ResyncScope } from '../core/resync/ports.js';
import { withinOrganisation } from './organisation.js';

type Asked = Pick<ResyncRequest, 'caller' | 'resync' | 'holds' | 'account' | 'atMost'>;

/**
 * Writes down what a scope holds, oldest first and the account last, and answers how much that is. Throws 404 for a
 * link or an operation that the caller cannot see, 422 when nothing was sent in the scope or it holds more than
 * `atMost`.
 */
export async function writeItems(client: pg.PoolClient, asked: Asked): Promise<number> {
  await refuseUnknown(client, asked);
  const { resync, atMost, holds } = asked;
  const found = scopeQuery(asked);
  const written = await client.query(
    `INSERT INTO resync_item (tenant_id, resync_id, seq, link_id, operation_id, subject_id)
     SELECT $1, $2, row_number() OVER (ORDER BY operation_id), link_id, operation_id, coalesce(operation_id, link_id)
     FROM (${found.text} LIMIT $3) AS held (operation_id, link_id)`,
    [resync.tenantId, resync.id, atMost + 1, ...found.values],
  );
  const count = written.rowCount ?? 0;
  if (count === 0) {
    const nothing = holds === 'everything' ? 'nothing that was ever sent to the supplier' : 'nothing open or disputed';
    throw invalid('/scope', `holds ${nothing}`);
  }
  if (count > atMost) throw invalid('/scope', `holds more than ${atMost} operations; narrow it`);
  return count;
}

async function refuseUnknown(client: pg.PoolClient, { caller, resync: { scope } }: Asked): Promise<void> {
  const named = [
    ['link', scope.linkId === undefined ? [] : [scope.linkId]],
    ['operation', scope.operationIds ?? []],
  ] as const;
  for (const [table, ids] of named) {
    if (ids.length === 0) continue;
    const known = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${table} t
       WHERE t.tenant_id = $1 AND t.id = ANY ($2::uuid[]) AND ${withinOrganisation('t.organisation', '$3')}`,
      [caller.tenantId, ids, caller.organisation],
    );
    if (known.rows[0]?.count !== ids.length) throw new Problem('NOT_FOUND');
  }
}

/** What an attempt can have reached the supplier with: of anything else the supplier knows nothing. */
const SENT = `(o.ever_sent OR o.state IN ('sending', 'holding', 'confirming', 'releasing', 'posted', 'confirmed')
  OR (o.state = 'rejected' AND o.attempts > 0))`;

/**
 * The operations, and the account, that a scope holds; parameters from $4 on. Not prepared by name: a plan for any
 * scope at all would read everything for each.
 */
function scopeQuery({ caller, resync, holds, account }: Asked): { text: string; values: unknown[] } {
  const { scope } = resync;
  const scheme = scope.scheme ?? null;
  if (holds === 'open-or-disputed') return { text: OPEN_OR_DISPUTED, values: [caller.organisation, scheme] };
  const link = scope.linkId ?? null;
  return {
    text: account === 'with-account' ? `${EVERYTHING} UNION ALL ${ACCOUNT}` : EVERYTHING,
    values: [
      caller.organisation,
      scheme,
      link,
      scope.operationIds ?? null,
      scope.from ?? null,
      scope.to ?? null,
      ...idsAround(scope),
    ],
  };
}

const EVERYTHING = `
  SELECT o.id, o.link_id FROM operation o
  WHERE o.tenant_id = $1 AND ${SENT} AND ${withinOrganisation('o.organisation', '$4')}
    AND ($5::text IS NULL OR o.scheme = $5) AND ($6::uuid IS NULL OR o.link_id = $6)
    AND ($7::uuid[] IS NULL OR o.id = ANY ($7))
    AND ($8::timestamptz IS NULL OR o.created_at >= $8) AND ($9::timestamptz IS NULL OR o.created_at < $9)
    AND ($10::uuid IS NULL OR o.id >= $10) AND ($11::uuid IS NULL OR o.id < $11)`;

const ACCOUNT = `
  SELECT NULL, l.id FROM link l WHERE l.tenant_id = $1 AND l.id = $6 AND ($5::text IS NULL OR l.scheme = $5)`;

const OPEN_OR_DISPUTED = `
  SELECT o.id, o.link_id FROM operation o
  WHERE o.tenant_id = $1 AND ${SENT} AND ${withinOrganisation('o.organisation', '$4')} AND o.next_action_at IS NOT NULL
    AND o.connection_id IN (SELECT c.id FROM connection c WHERE c.scheme = $5)
  UNION
  SELECT o.id, o.link_id FROM break b JOIN operation o ON (o.tenant_id, o.id) = (b.tenant_id, b.operation_id)
  WHERE b.tenant_id = $1 AND b.state IN ('open', 'assigned') AND o.scheme = $5
    AND ${SENT} AND ${withinOrganisation('o.organisation', '$4')}`;

/** Ids are made by the clock of the process that accepts, times by the database's; they are never this far apart. */
const CLOCKS_APART_MS = 3_600_000;

/**
 * Between which ids a window lies: ids are UUID version 7, so that the primary key finds it without reading the
 * tenant's all.
 */
function idsAround({ from, to }: ResyncScope): [string | null, string | null] {
  return [
    from === undefined ? null : firstIdOf(Date.parse(from) - CLOCKS_APART_MS),
    to === undefined ? null : firstIdOf(Date.parse(to) + CLOCKS_APART_MS),
  ];
}

export function firstIdOf(unixMs: number): string {
  const hex = Math.min(Math.max(0, unixMs), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
