import type pg from 'pg';
import type { Decision, Lane } from '../core/operation/ports.js';
import { isFinal, type OperationState } from '../spec/operation.js';
import type { Change } from './change.js';
import { LIVE_STATES } from './lane-states.js';

/** Another operation has the supplier reference that this change brings: one of the two is not what it seems. */
export class ReferenceTaken extends Error {
  override readonly name = 'ReferenceTaken';
}

/**
 * A supplier reference is unique per scheme; the same operation may bring it again. Another one beside it only a redemption may have,
 * which has steps, and what people settle: they know the final reference of what had one that was not.
 */
export async function takeReceipts(client: pg.PoolClient, changes: readonly Change[]): Promise<void> {
  const bringing = changes.filter(({ decision }) => decision.supplierReference !== undefined);
  if (bringing.length === 0) return;
  const input = JSON.stringify(
    bringing.map(({ operation, decision }) => ({
      scheme: operation.scheme,
      supplier_reference: decision.supplierReference,
      tenant_id: operation.tenantId,
      operation_id: operation.id,
      takes_another: operation.kind === 'redemption' || isByPeople(decision),
    })),
  );
  await client.query({
    name: 'take-receipts',
    text: `INSERT INTO receipt (scheme, supplier_reference, tenant_id, operation_id)
      SELECT scheme, supplier_reference, tenant_id, operation_id
      FROM jsonb_to_recordset($1::jsonb) AS i (scheme text, supplier_reference text, tenant_id uuid, operation_id uuid, takes_another boolean)
      WHERE takes_another OR NOT EXISTS (
        SELECT FROM receipt r WHERE (r.tenant_id, r.operation_id) = (i.tenant_id, i.operation_id))
      ORDER BY scheme, supplier_reference ON CONFLICT DO NOTHING`,
    values: [input],
  });
  const held = await client.query<{ count: number }>({
    name: 'held-receipts',
    text: `SELECT count(*)::int AS count FROM jsonb_populate_recordset(NULL::receipt, $1::jsonb) AS i
      JOIN receipt r USING (scheme, supplier_reference, tenant_id, operation_id)`,
    values: [input],
  });
  if (held.rows[0]?.count !== bringing.length)
    throw new ReferenceTaken('supplier reference already belongs to another operation');
}

function isByPeople({ evidence }: Decision): boolean {
  return typeof evidence === 'object' && evidence !== null && 'by' in evidence && evidence['by'] === 'people';
}

/** Events, attempts, wake-ups, the ledger and released activities, in one statement. */
export async function writeConsequences(client: pg.PoolClient, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  await lockReversed(client, changes);
  await client.query({
    name: 'write-consequences',
    text: CONSEQUENCES,
    values: [JSON.stringify(changes.map(consequenceJson))],
  });
}

/** Two last reversals that post at once must see each other, or neither frees the activity. */
async function lockReversed(client: pg.PoolClient, changes: readonly Change[]): Promise<void> {
  const originals = changes.flatMap(({ operation, decision }) =>
    decision.to === 'posted' && operation.originalId !== null ? [operation.originalId] : [],
  );
  if (originals.length === 0) return;
  await client.query('SELECT id FROM operation WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [originals]);
}

const CONSEQUENCES = `
  WITH input AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS i (tenant_id uuid, id uuid, from_state text, to_state text, lane text,
      due_ms float8, waits boolean, posts boolean, releases boolean, opens uuid, action text, ends uuid, started_at timestamptz, outcome text,
      status int, latency_ms int, detail text, exchanges jsonb, accepted boolean)
  ),
  o AS MATERIALIZED (
    SELECT i.*, o.kind, o.intent, o.scheme, o.connection_id, o.link_id, o.original_id, o.version, o.points + o.bonus_points AS total,
      o.updated_at, o.evidence, o.rejection, o.review_reason
    FROM input i JOIN operation o USING (tenant_id, id)
  ),
  told AS (
    INSERT INTO event (tenant_id, subject_kind, subject_id, sequence, link_id, type, from_state, to_state, detail, at)
    SELECT tenant_id, 'operation', id, version, link_id, 'operation.' || to_state, from_state, to_state,
      jsonb_strip_nulls(jsonb_build_object('kind', kind, 'points', total, 'evidence', evidence, 'rejection', rejection,
        'reviewReason', review_reason)), updated_at
    FROM o WHERE from_state <> to_state
  ),
  opened AS (
    INSERT INTO attempt (tenant_id, operation_id, token, action, effect, started_at)
    SELECT tenant_id, id, opens, action, CASE action WHEN 'look-up' THEN 'read' ELSE 'write' END, updated_at
    FROM o WHERE opens IS NOT NULL
  ),
  ended AS (
    UPDATE attempt a SET finished_at = o.updated_at, outcome = o.outcome, status = o.status, latency_ms = o.latency_ms,
      detail = o.detail, exchanges = o.exchanges
    FROM o WHERE o.ends IS NOT NULL AND (a.tenant_id, a.operation_id, a.token) = (o.tenant_id, o.id, o.ends)
      AND a.started_at = o.started_at
  ),
  trusted AS (
    DELETE FROM credential_refusal r USING o WHERE o.accepted AND r.connection_id = o.connection_id
  ),
  posted AS (
    INSERT INTO ledger_transaction (tenant_id, id, operation_id, kind, scheme, at)
    SELECT tenant_id, id, id, 'posting', scheme, updated_at FROM o WHERE posts
  ),
  entries AS (
    INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, scheme, link_id, asset, amount)
    SELECT tenant_id, id, line, account, scheme, CASE line WHEN 1 THEN link_id END, scheme, sign * CASE WHEN kind IN ('reversal', 'redemption') THEN -total ELSE total END
    FROM o, (VALUES (1, 'member-points', 1), (2, 'supplier-clearing', -1)) AS leg (line, account, sign) WHERE posts
  ),
  reserved AS (
    -- Spent or free again: a reservation never outlives its operation.
    UPDATE reservation r SET ended_at = o.updated_at, outcome = CASE WHEN o.posts THEN 'spent' ELSE 'freed' END
    FROM o WHERE (o.posts OR o.releases) AND o.kind = 'redemption' AND (r.tenant_id, r.operation_id) = (o.tenant_id, o.id)
  ),
  released AS (
    DELETE FROM activity_key a USING o WHERE o.releases AND (a.tenant_id, a.operation_id) = (o.tenant_id, o.id)
  ),
  unclaimed AS (
    DELETE FROM activity_first a USING o WHERE o.releases AND (a.tenant_id, a.operation_id) = (o.tenant_id, o.id)
  ),
  undone AS (
    -- A wholly reversed accrual frees its activity: the trip may be posted anew.
      SELECT o.tenant_id, o.original_id FROM o JOIN operation g ON (g.tenant_id, g.id) = (o.tenant_id, o.original_id)
      WHERE o.posts AND o.kind = 'reversal' AND g.points + g.bonus_points = (
        SELECT sum(r.points) FROM operation r
        WHERE r.tenant_id = o.tenant_id AND r.original_id = o.original_id AND r.kind = 'reversal' AND r.state = 'posted')
  ),
  unwound AS (
    DELETE FROM activity_key a USING undone u WHERE (a.tenant_id, a.operation_id) = (u.tenant_id, u.original_id)
  ),
  unwound_first AS (
    DELETE FROM activity_first a USING undone u WHERE (a.tenant_id, a.operation_id) = (u.tenant_id, u.original_id)
  )
  INSERT INTO outbox (tenant_id, lane, connection_id, operation_id, due_at)
  SELECT tenant_id, lane, connection_id, id, updated_at + due_ms * interval '1 ms' FROM o
  -- What waits for an instant of its own is the sweeper's, unless the platform has asked for something meanwhile.
  WHERE lane IS NOT NULL AND (intent IS NOT NULL OR NOT waits)`;

/** Wake-ups further off than this are the sweeper's: a queue is no calendar. */
const QUEUED_AHEAD_MS = 600_000;

function laneOf(decision: Decision): Lane | null {
  if (decision.nextActionInMs === null || decision.nextActionInMs > QUEUED_AHEAD_MS) return null;
  return LIVE_STATES.includes(decision.to) ? 'live' : 'lookup';
}

/** Whether points have moved when an operation ends so. */
function moves(state: OperationState): boolean {
  return state === 'posted' || state === 'confirmed';
}

/** Ends of an attempt that the supplier gave knowing who asked. */
const ACCEPTED: ReadonlySet<string> = new Set([
  'receipt',
  'mismatch',
  'rejected',
  'unmapped',
  'found',
  'found-refused',
  'found-hold',
  'absent',
]);

function consequenceJson({ operation, decision, token, opens, ends }: Change): Record<string, unknown> {
  const lane = opens === undefined ? laneOf(decision) : null;
  return {
    tenant_id: operation.tenantId,
    id: operation.id,
    from_state: operation.state,
    to_state: decision.to,
    lane,
    due_ms: decision.nextActionInMs ?? 0,
    waits: decision.wakeAt !== undefined,
    posts: moves(decision.to) && !isFinal(operation.state),
    releases: isFinal(decision.to) && !moves(decision.to),
    opens: opens?.token,
    action: opens?.action,
    ends: ends === undefined ? null : token,
    started_at: ends?.startedAt,
    outcome: ends?.report.outcome,
    status: ends?.report.status,
    latency_ms: ends?.report.latencyMs,
    detail: ends?.report.detail,
    exchanges: ends?.report.exchanges,
    accepted: ends !== undefined && ACCEPTED.has(ends.report.outcome),
  };
}
