import { Problem } from '../problem.js';
import type { LinkRow } from './ports.js';

/**
 * Refuses to ask the supplier about a member whose link does not allow it: one that was never verified, or no longer is, may
 * carry a stranger's number, and the traveller may have kept the balance from the platform. Throws a Problem.
 */
export function assertReadable(link: LinkRow): void {
  if (link.state !== 'active') throw new Problem('LINK_NOT_ACTIVE', { linkId: link.id });
  if (link.consent.scopes !== undefined && !link.consent.scopes.includes('read-balance'))
    throw new Problem('CONSENT_MISSING', { linkId: link.id });
}
