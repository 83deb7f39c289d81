import { toTypeId } from '../../spec/typeid.js';
import type { LinkView } from './links.js';
import type { LinkRow } from './ports.js';

/** A link as everybody sees it: the member number masked. */
export function linkView(row: LinkRow): LinkView {
  return {
    id: toTypeId('lnk', row.id),
    scheme: row.scheme,
    memberNumber: row.memberMasked,
    travellerRef: row.travellerRef,
    organisation: row.organisation,
    tier: row.tier,
    state: row.state,
    reason: row.reason,
    verification: row.verification,
    mergedInto: row.mergedInto === null ? null : toTypeId('lnk', row.mergedInto),
    clientReference: row.clientReference,
    metadata: row.metadata,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
