import type { SealedMember } from '../core/link/ports.js';
import type { NewOperation, OperationRow, OriginalFacts, Snapshot } from '../core/operation/ports.js';
import { camel } from './camel.js';

/** A row of `operation` as the driver gives it. */
export type OperationRecord = Readonly<Record<string, unknown>>;

/**
 * Ages are measured by the database's clock, in milliseconds. The clock of a deadline stands still while sends do; how long that was
 * matters, and is added up, only once the deadline has passed by the wall's.
 */
export const AGE_COLUMNS = `
  (extract(epoch FROM clock_timestamp() - o.first_sent_at) * 1000)::float8 AS since_first_sent_ms,
  (extract(epoch FROM clock_timestamp() - o.last_sent_at) * 1000)::float8 AS since_last_sent_ms,
  (extract(epoch FROM clock_timestamp() - o.unknown_since) * 1000)::float8 AS unknown_for_ms,
  (extract(epoch FROM o.deadline_at - clock_timestamp()) * 1000)::float8 + CASE WHEN o.deadline_at > clock_timestamp() THEN 0
    ELSE stood_still_ms(o.connection_id, coalesce(o.deadline_from, greatest(o.created_at, o.not_before))) END AS until_deadline_ms,
  (extract(epoch FROM (o.hold ->> 'expiresAt')::timestamptz - clock_timestamp()) * 1000)::float8 AS hold_left_ms,
  coalesce(o.lease_until <= clock_timestamp(), false) AS lease_lapsed`;

/** What a reversal or a refund needs of the operation it takes back, for queries that join `operation g`. */
export const ORIGINAL_COLUMNS = `
  g.reference AS original_reference, g.supplier_reference AS original_supplier_reference, g.activity AS original_activity,
  g.reward AS original_reward, g.points AS original_points, g.bonus_points AS original_bonus_points`;

/** Where those come from. */
export const SUBJECT_TABLES = `
  operation o JOIN link l ON (l.tenant_id, l.id) = (o.tenant_id, o.link_id)
    LEFT JOIN data_key k ON (k.tenant_id, k.subject_id, k.version) = (l.tenant_id, l.subject_id, l.key_version)
    LEFT JOIN operation g ON (g.tenant_id, g.id) = (o.tenant_id, o.original_id)`;

/** What opens a member's data, for queries that join `link l` and `data_key k`. */
export const MEMBER_COLUMNS = `
  l.subject_id, l.key_version, k.wrapped AS wrapped_key, l.member_number, l.holder, l.handle`;

/** Of a row with all columns of `operation`. */
export function toOperation(record: OperationRecord): OperationRow {
  return camel(record) as OperationRow;
}

/** Of a row read with `AGE_COLUMNS`. */
export function toSnapshot(record: OperationRecord): Snapshot {
  return camel(record) as Snapshot;
}

/** Of a row read with `MEMBER_COLUMNS`, its `tenant_id` and its `link_id`. */
export function toSealedMember(record: OperationRecord): SealedMember {
  return camel(record) as SealedMember;
}

/** Of a row read with `ORIGINAL_COLUMNS`; `null` when the operation takes nothing back. */
export function toOriginal(record: OperationRecord): OriginalFacts | null {
  if (record['original_reference'] === null || record['original_reference'] === undefined) return null;
  return {
    reference: record['original_reference'] as string,
    supplierReference: record['original_supplier_reference'] as string | null,
    activity: record['original_activity'] as OriginalFacts['activity'],
    reward: record['original_reward'] as OriginalFacts['reward'],
    points: record['original_points'] as number,
    bonusPoints: record['original_bonus_points'] as number,
  };
}

/** A new operation as `jsonb_populate_recordset(NULL::operation, …)` reads it. */
export function newOperationJson(operation: NewOperation): Record<string, unknown> {
  return {
    tenant_id: operation.tenantId,
    id: operation.id,
    kind: operation.kind,
    state: operation.state,
    scheme: operation.scheme,
    connection_id: operation.connectionId,
    link_id: operation.linkId,
    organisation: operation.organisation,
    reference: operation.reference,
    client_reference: operation.clientReference,
    metadata: operation.metadata,
    activity: operation.activity,
    activity_key: operation.activityKey,
    reward: operation.reward,
    hold: operation.hold,
    quote_id: operation.quoteId,
    points: operation.points,
    bonus_points: operation.bonusPoints,
    reason: operation.reason,
    review_reason: operation.reviewReason,
    terms_version: operation.termsVersion,
    original_id: operation.originalId,
    not_before: operation.notBefore,
    deadline_at: operation.deadlineAt,
    next_action_at: operation.nextActionAt,
    created_at: operation.createdAt,
  };
}
