import type { SealedMember } from '../core/link/ports.js';
import type { NewOperation, OperationRow, Snapshot } from '../core/operation/ports.js';
import { camel } from './camel.js';

/** A row of `operation` as the driver gives it. */
export type OperationRecord = Readonly<Record<string, unknown>>;

/** Ages are measured by the database's clock, in milliseconds. */
export const AGE_COLUMNS = `
  (extract(epoch FROM clock_timestamp() - o.first_sent_at) * 1000)::float8 AS since_first_sent_ms,
  (extract(epoch FROM clock_timestamp() - o.last_sent_at) * 1000)::float8 AS since_last_sent_ms,
  (extract(epoch FROM clock_timestamp() - o.unknown_since) * 1000)::float8 AS unknown_for_ms,
  (extract(epoch FROM o.deadline_at - clock_timestamp()) * 1000)::float8 AS until_deadline_ms,
  coalesce(o.lease_until <= clock_timestamp(), false) AS lease_lapsed`;

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
