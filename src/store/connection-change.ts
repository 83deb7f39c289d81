import type pg from 'pg';
import type { ConnectionChange, ConnectionRow } from '../core/connection/ports.js';
import type { Caller } from '../core/request/ports.js';
import { toTypeId } from '../spec/typeid.js';
import type { Json } from '../spec/values.js';
import { CONNECTION_COLUMNS, toConnection } from './connection-rows.js';
import { LIVE_STATES, LOOKUP_STATES } from './lane-states.js';
import { writeAudit } from './recon-once.js';

/** More is woken by the sweeper, which comes within seconds. */
const WOKEN_AT_ONCE = 1_000;

/**
 * Changes a connection under its lock: the row, the incidents that begin and end with it, the audit and the wake-ups of what waited
 * are one commit.
 */
export async function changeConnection(
  client: pg.PoolClient,
  caller: Caller,
  id: string,
  judge: (row: ConnectionRow) => ConnectionChange | null,
): Promise<{ readonly row: ConnectionRow; readonly changed: boolean } | null> {
  const locked = await client.query<Record<string, unknown>>({
    name: 'lock-connection',
    text: `SELECT ${CONNECTION_COLUMNS} FROM connection WHERE id = $1 FOR UPDATE`,
    values: [id],
  });
  if (locked.rows[0] === undefined) return null;
  const before = toConnection(locked.rows[0]);
  const change = judge(before);
  if (change === null) return { row: before, changed: false };
  const after = await update(client, before, change);
  await writeIncidents(client, id, change);
  if (before.state !== 'live' && after.state === 'live') await wake(client, id);
  await auditConnection(client, caller, after, {
    id: change.once,
    act: change.act,
    reason: change.reason,
    before: audited(before),
    after: { ...audited(after), ...(change.secrets === undefined ? {} : { secrets: 'replaced' }) },
  });
  return { row: after, changed: true };
}

/** Keeps what was done to a connection with whoever did it, and with the tenant whose own it is, under the same name. */
export async function auditConnection(
  client: pg.PoolClient,
  caller: Caller,
  { id, tenantId }: ConnectionRow,
  entry: Omit<Parameters<typeof writeAudit>[2], 'subject'>,
): Promise<void> {
  for (const owner of new Set([caller.tenantId, tenantId ?? caller.tenantId])) {
    await writeAudit(client, { ...caller, tenantId: owner }, { ...entry, subject: toTypeId('con', id) });
  }
}

/** What the audit keeps of a connection. Settings are no secrets; secrets are never here. */
export function audited({ scheme, tenantId, settings, timing, state, reason, version }: ConnectionRow) {
  return { scheme, tenantId, settings: settings as Json, timing, state, reason, version };
}

async function update(client: pg.PoolClient, before: ConnectionRow, change: ConnectionChange): Promise<ConnectionRow> {
  const { state } = change.standing;
  const reason = state === before.state ? before.reason : state === 'live' ? null : change.reason;
  const updated = await client.query<Record<string, unknown>>({
    name: 'change-connection',
    text: `
      UPDATE connection SET settings = coalesce($2, settings), secrets = coalesce($3, secrets), timing = coalesce($4, timing),
        state = $5, reason = $6, version = version + 1, updated_at = clock_timestamp()
      WHERE id = $1 RETURNING ${CONNECTION_COLUMNS}`,
    values: [before.id, change.settings ?? null, change.secrets ?? null, change.timing ?? null, state, reason],
  });
  const [row] = updated.rows;
  if (row === undefined) throw new Error('a locked connection changed');
  return toConnection(row);
}

async function writeIncidents(client: pg.PoolClient, id: string, change: ConnectionChange): Promise<void> {
  const { opens, closes } = change.standing;
  for (const kind of new Set(closes)) await client.query('SELECT close_incident($1, $2, NULL)', [id, kind]);
  if (opens !== null) await client.query('SELECT open_incident($1, $2, NULL, $3)', [id, opens, change.reason]);
  // Its refusals spoke of credentials that count as good again.
  if (closes.includes('auth-failed'))
    await client.query('DELETE FROM credential_refusal WHERE connection_id = $1', [id]);
}

/** Wakes the longest waiting of each lane by name: what was accepted an instant ago is not due by itself yet. */
async function wake(client: pg.PoolClient, id: string): Promise<void> {
  for (const [lane, states] of [
    ['live', LIVE_STATES.filter((state) => state !== 'scheduled')],
    ['lookup', LOOKUP_STATES],
  ] as const) {
    await client.query({
      name: `wake-waiting-${lane}`,
      text: `
        INSERT INTO outbox (tenant_id, lane, connection_id, operation_id, due_at)
        SELECT tenant_id, $2, connection_id, id, clock_timestamp() FROM operation
        WHERE connection_id = $1 AND state = ANY ($3) AND ($2 = 'live' OR next_action_at <= statement_timestamp())
        ORDER BY next_action_at LIMIT $4`,
      values: [id, lane, states, WOKEN_AT_ONCE],
    });
  }
}
