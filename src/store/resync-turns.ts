import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { LeftOver, ResyncItem, ResyncStore, Turn, TurnEnd } from '../core/resync/ports.js';
import { camel } from './camel.js';
import { NO_CONNECTION } from './resync-start.js';

/** The first half of the lock under which a tenant's turns are given out; the second is the tenant. */
const TURN_LOCK = 7_143_229;

/**
 * Takes the tenant's resync that has waited longest. One of a tenant is at work at a time, in whatever process: so
 * those that overlap meet their common items one after the other, and the later takes over what the earlier found.
 */
export async function takeTurn(
  client: pg.PoolClient,
  tenantId: string,
  { leaseMs, items, except }: Parameters<ResyncStore['take']>[1],
): Promise<Turn | null> {
  await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [TURN_LOCK, tenantId]);
  const token = randomUUID();
  const taken = await client.query<{ id: string; dry_run: boolean; stalls: number }>({
    name: 'take-resync',
    text: `
      UPDATE resync SET state = 'running', lease_token = $2, lease_until = clock_timestamp() + $3 * interval '1 ms',
        next_action_at = clock_timestamp() + $3 * interval '1 ms'
      WHERE tenant_id = $1 AND id = (
          SELECT id FROM resync WHERE tenant_id = $1 AND next_action_at <= statement_timestamp()
          ORDER BY next_action_at, id LIMIT 1)
        AND NOT EXISTS (SELECT FROM resync WHERE tenant_id = $1 AND lease_until > statement_timestamp())
      RETURNING id, dry_run, stalls`,
    values: [tenantId, token, leaseMs],
  });
  const [resync] = taken.rows;
  if (resync === undefined) return null;
  await takeOver(client, tenantId, resync.id);
  const waiting = await client.query<Record<string, unknown>>({
    name: 'resync-items-next',
    text: `SELECT i.seq, i.link_id, i.operation_id, c.id AS connection_id, i.tries ${LEFT}
        AND c.state = 'live' AND c.id <> ALL ($3::uuid[]) ORDER BY i.tries, i.seq LIMIT $4`,
    values: [tenantId, resync.id, except, items],
  });
  return {
    tenantId,
    resyncId: resync.id,
    dryRun: resync.dry_run,
    stalls: resync.stalls,
    token,
    items: waiting.rows.map((row) => camel(row) as ResyncItem),
  };
}

/** What is not done, with the connection that it would be looked at over. */
const LEFT = `
  FROM resync_item i JOIN link l ON (l.tenant_id, l.id) = (i.tenant_id, i.link_id)
    LEFT JOIN operation o ON (o.tenant_id, o.id) = (i.tenant_id, i.operation_id)
    JOIN connection c ON c.id = coalesce(o.connection_id, l.connection_id)
  WHERE i.tenant_id = $1 AND i.resync_id = $2 AND i.result IS NULL`;

/**
 * What another resync of the tenant has learnt since this one was asked for need not be asked again; what told
 * nothing has.
 */
async function takeOver(client: pg.PoolClient, tenantId: string, resyncId: string): Promise<void> {
  await client.query({
    name: 'take-over-resync-items',
    text: `
      UPDATE resync_item i SET result = told.result, changed = told.changed, from_state = told.from_state,
        to_state = told.to_state, done_at = clock_timestamp()
      FROM (
        SELECT DISTINCT ON (e.subject_id) e.subject_id, e.result, e.changed, e.from_state, e.to_state
        FROM resync r JOIN resync x ON x.tenant_id = r.tenant_id AND x.id <> r.id AND x.dry_run = r.dry_run
            AND (x.finished_at IS NULL OR x.finished_at >= r.created_at)
          JOIN resync_item e ON (e.tenant_id, e.resync_id) = (x.tenant_id, x.id)
        WHERE r.tenant_id = $1 AND r.id = $2 AND e.done_at >= r.created_at
          AND e.result NOT IN ('in-flight', 'unreachable')
        ORDER BY e.subject_id, e.done_at DESC
      ) AS told
      WHERE i.tenant_id = $1 AND i.resync_id = $2 AND i.result IS NULL AND i.subject_id = told.subject_id`,
    values: [tenantId, resyncId],
  });
}

/** Keeps what an item came to and renews the lease; false when the lease has passed on. */
export async function recordItem(
  client: pg.PoolClient,
  ...[turn, item, outcome, leaseMs]: Parameters<ResyncStore['record']>
): Promise<boolean> {
  const done = outcome.result === null ? null : outcome;
  const recorded = await client.query<{ leased: boolean }>({
    name: 'record-resync-item',
    text: `
      WITH kept AS (
        UPDATE resync_item SET result = $4, changed = $5, from_state = $6, to_state = $7, calls = calls + $8,
          tries = tries + ($4::text IS NULL)::int, done_at = CASE WHEN $4::text IS NOT NULL THEN clock_timestamp() END
        WHERE tenant_id = $1 AND resync_id = $2 AND seq = $3 AND result IS NULL
      ),
      renewed AS (
        UPDATE resync SET lease_until = clock_timestamp() + $10 * interval '1 ms',
          next_action_at = clock_timestamp() + $10 * interval '1 ms'
        WHERE tenant_id = $1 AND id = $2 AND lease_token = $9 RETURNING id
      )
      SELECT EXISTS (SELECT FROM renewed) AS leased`,
    values: [
      ...[turn.tenantId, turn.resyncId, item.seq, done?.result ?? null, done?.changed ?? false],
      ...[done?.from ?? null, done?.to ?? null, outcome.calls, turn.token, leaseMs],
    ],
  });
  return recorded.rows[0]?.leased ?? false;
}

/** Gives the lease back with what follows from what is left. */
export async function endTurn(
  client: pg.PoolClient,
  turn: Turn,
  except: readonly string[],
  judge: (left: LeftOver) => TurnEnd,
): Promise<void> {
  const { tenantId, resyncId } = turn;
  const held = await client.query(
    'SELECT FROM resync WHERE tenant_id = $1 AND id = $2 AND lease_token = $3 FOR UPDATE',
    [tenantId, resyncId, turn.token],
  );
  if (held.rowCount === 0) return;
  const left = await client.query<LeftOver>({
    name: 'resync-items-left',
    text: `
      SELECT count(*) FILTER (WHERE within_reach AND tries = 0) AS fresh,
        count(*) FILTER (WHERE within_reach AND tries > 0) AS again,
        count(*) FILTER (WHERE NOT within_reach) AS "heldBack"
      FROM (SELECT i.tries, c.state = 'live' AND c.id <> ALL ($3::uuid[]) AS within_reach ${LEFT}) AS waiting`,
    values: [tenantId, resyncId, except],
  });
  const end = judge(left.rows[0] ?? { fresh: 0, again: 0, heldBack: 0 });
  const goesOn = end.to === 'running';
  await client.query({
    name: 'end-resync-turn',
    text: `
      UPDATE resync SET state = $3, stalls = $4, lease_token = NULL, lease_until = NULL,
        next_action_at = clock_timestamp() + $5::float8 * interval '1 ms',
        finished_at = CASE WHEN $5::float8 IS NULL THEN clock_timestamp() END
      WHERE tenant_id = $1 AND id = $2`,
    values: [tenantId, resyncId, end.to, goesOn ? end.stalls : 0, goesOn ? end.againInMs : null],
  });
  if (!goesOn || end.wake === 'goes-on-here') return;
  await client.query(
    `INSERT INTO outbox (tenant_id, lane, connection_id, operation_id, due_at)
     SELECT tenant_id, 'support', $3, id, next_action_at FROM resync WHERE tenant_id = $1 AND id = $2`,
    [tenantId, resyncId, NO_CONNECTION],
  );
}
