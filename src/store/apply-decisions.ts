import type pg from 'pg';
import { isFinal } from '../spec/operation.js';
import type { Change } from './change.js';
import { takeReceipts, writeConsequences } from './decision-consequences.js';

/**
 * Applies decisions by compare-and-set, in id order, each with its event, its wake-up and what follows from it: receipt, ledger
 * transaction, released activity. Gives back when each was applied, by id; for those missing somebody else was first and nothing
 * is written. Throws `ReferenceTaken` before anything is committed.
 */
export async function applyDecisions(client: pg.PoolClient, changes: readonly Change[]): Promise<Map<string, string>> {
  if (changes.length === 0) return new Map();
  const updated = await client.query<{ id: string; at: string }>({
    name: 'apply-decisions',
    text: APPLY,
    values: [JSON.stringify(changes.map(changeJson))],
  });
  // As text: the driver's dates drop the microseconds by which an attempt is found again.
  const applied = new Map(updated.rows.map((row) => [row.id, row.at]));
  const written = changes.filter((change) => applied.has(change.operation.id));
  await takeReceipts(client, written);
  await writeConsequences(client, written);
  return applied;
}

const APPLY = `
  WITH input AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS i (tenant_id uuid, id uuid, from_state text, version int, token uuid, to_state text,
      next_ms float8, wake_at timestamptz, supplier_reference text, rejection jsonb, set_review boolean, review_reason text,
      evidence jsonb, resume text, business_date date, unknown_since text, ever_sent boolean, lookups int, absences int,
      not_sent_tries int, step text, set_intent boolean, intent text, hold jsonb, deadline_ms float8, opens uuid, action text,
      lease_ms int, ends boolean)
  ),
  locked AS MATERIALIZED (
    SELECT o.tenant_id, o.id,
      -- What was counted for the step before says nothing about this one.
      coalesce(i.step <> coalesce(o.step, ''), false) AS anew,
      CASE WHEN i.set_intent THEN i.intent ELSE o.intent END AS intent
    FROM operation o JOIN input i USING (tenant_id, id)
    WHERE o.state = i.from_state AND o.version = i.version AND o.lease_token IS NOT DISTINCT FROM i.token
    ORDER BY o.id FOR UPDATE OF o
  ),
  clock AS MATERIALIZED (SELECT clock_timestamp() AS now)
  UPDATE operation o SET
    state = i.to_state,
    version = o.version + (i.to_state <> i.from_state)::int,
    next_action_at = CASE WHEN i.opens IS NOT NULL THEN clock.now + i.lease_ms * interval '1 ms'
      WHEN i.next_ms IS NULL THEN NULL
      WHEN l.intent IS NULL THEN greatest(i.wake_at, clock.now + i.next_ms * interval '1 ms')
      ELSE clock.now + i.next_ms * interval '1 ms' END,
    supplier_reference = coalesce(i.supplier_reference, o.supplier_reference),
    rejection = coalesce(i.rejection, o.rejection),
    review_reason = CASE WHEN i.set_review THEN i.review_reason ELSE o.review_reason END,
    evidence = coalesce(i.evidence, o.evidence),
    resume = CASE WHEN l.anew THEN i.resume ELSE coalesce(i.resume, o.resume) END,
    business_date = coalesce(i.business_date, o.business_date),
    unknown_since = CASE i.unknown_since WHEN 'now' THEN clock.now WHEN 'clear' THEN NULL
      ELSE CASE WHEN l.anew THEN NULL ELSE o.unknown_since END END,
    ever_sent = o.ever_sent OR coalesce(i.ever_sent, false),
    lookups = coalesce(i.lookups, CASE WHEN l.anew THEN 0 ELSE o.lookups END),
    absences = coalesce(i.absences, CASE WHEN l.anew THEN 0 ELSE o.absences END),
    not_sent_tries = coalesce(i.not_sent_tries, CASE WHEN l.anew THEN 0 ELSE o.not_sent_tries END),
    step = coalesce(i.step, o.step),
    intent = l.intent,
    hold = coalesce(i.hold, o.hold),
    deadline_at = coalesce(clock.now + i.deadline_ms * interval '1 ms', o.deadline_at),
    deadline_from = CASE WHEN i.deadline_ms IS NULL THEN o.deadline_from ELSE clock.now END,
    -- An end, or somebody who takes it up again, lets it begin anew.
    lapses = CASE WHEN i.ends OR (i.from_state = 'needs-review' AND i.to_state <> 'needs-review') THEN 0
      WHEN o.lease_until <= clock.now THEN o.lapses + 1 ELSE o.lapses END,
    attempts = o.attempts + (coalesce(i.action, '') IN ('send', 'repeat'))::int,
    first_sent_at = CASE WHEN i.action = 'send' AND (l.anew OR o.first_sent_at IS NULL) THEN clock.now
      WHEN l.anew THEN NULL ELSE o.first_sent_at END,
    last_sent_at = CASE WHEN i.action IN ('send', 'repeat') THEN clock.now WHEN l.anew THEN NULL ELSE o.last_sent_at END,
    lease_token = i.opens,
    lease_until = CASE WHEN i.opens IS NULL THEN NULL ELSE clock.now + i.lease_ms * interval '1 ms' END,
    updated_at = clock.now
  FROM input i, locked l, clock
  WHERE (o.tenant_id, o.id) = (i.tenant_id, i.id) AND (o.tenant_id, o.id) = (l.tenant_id, l.id)
  RETURNING o.id, o.updated_at::text AS at`;

function changeJson({ operation, decision, token, opens, ends }: Change): Record<string, unknown> {
  return {
    tenant_id: operation.tenantId,
    id: operation.id,
    from_state: operation.state,
    version: operation.version,
    token,
    to_state: decision.to,
    next_ms: decision.nextActionInMs,
    supplier_reference: decision.supplierReference,
    rejection: decision.rejection,
    set_review: decision.reviewReason !== undefined || decision.to !== 'needs-review',
    review_reason: decision.reviewReason,
    evidence: decision.evidence,
    resume: decision.resume,
    business_date: decision.businessDate,
    unknown_since: decision.unknownSince === null ? 'clear' : decision.unknownSince,
    ever_sent: decision.everSent,
    lookups: decision.lookups,
    absences: decision.absences,
    not_sent_tries: decision.notSentTries,
    wake_at: decision.wakeAt,
    step: decision.step,
    set_intent: decision.intent !== undefined || isFinal(decision.to),
    intent: decision.intent,
    hold: decision.hold,
    deadline_ms: decision.deadlineInMs,
    opens: opens?.token,
    action: opens?.action,
    lease_ms: opens?.leaseMs,
    ends: ends !== undefined,
  };
}
