import type { ResyncRow } from '../core/resync/ports.js';
import { camel } from './camel.js';

export const RESYNC_COLUMNS =
  'tenant_id, id, organisation, scope, dry_run, reason, requested_by, state, total, created_at, finished_at';

/** Of a row read with `RESYNC_COLUMNS`. */
export function toResync(record: Readonly<Record<string, unknown>>): ResyncRow {
  return camel(record) as ResyncRow;
}
