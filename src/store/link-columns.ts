import type { LinkRow } from '../core/link/ports.js';
import { camel } from './camel.js';

/** The columns of a link that are not sealed, for queries that name the table `l`. */
export const LINK_COLUMNS = `l.tenant_id, l.id, l.subject_id, l.connection_id, l.scheme, l.traveller_ref, l.organisation,
  l.member_masked, l.state, l.reason, l.verification, l.tier, l.merged_into, l.consent, l.client_reference, l.metadata, l.version,
  l.created_at, l.updated_at`;

/** Of a row read with `LINK_COLUMNS`. */
export function toLink(record: Readonly<Record<string, unknown>>): LinkRow {
  return camel(record) as LinkRow;
}
