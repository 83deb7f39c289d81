import { createHash } from 'node:crypto';
import { SCOPES, type Caller } from '../../src/core/access/caller.js';
import type { SealedMember } from '../../src/core/link/facts.js';
import type { LinkRow } from '../../src/core/link/ports.js';
import type { MemberVault } from '../../src/core/link/vault.js';
import type { Tables } from './memory-store/tables.js';
import type { Place } from './places.js';

/** A tenant with its links, by scheme. */
export interface Tenant {
  readonly caller: Caller;
  readonly links: readonly LinkRow[];
}

const TENANTS = 2;
const LINKS_PER_SCHEME = 2;

/** Writes tenants with links at every place; the second tenant's travellers are other people. */
export function settlePeople(tables: Tables, places: readonly Place[], now: number): Tenant[] {
  return Array.from({ length: TENANTS }, (_, tenant) => {
    const tenantId = uuid(1, tenant);
    const caller: Caller = { tenantId, keyId: tenantId, scopes: new Set(SCOPES), organisation: null };
    const links = places.flatMap((place, at) =>
      Array.from({ length: LINKS_PER_SCHEME }, (_link, nth) => {
        const row = linkRow(tenantId, uuid(2, tenant * 100 + at * 10 + nth), place, now);
        const number = `M${tenant}${at}${nth}`;
        tables.links.set(row.id, { row, sealed: sealedFor(row, number) });
        return row;
      }),
    );
    return { caller, links };
  });
}

function uuid(kind: number, nth: number): string {
  return `${kind}0000000-0000-7000-8000-${String(nth).padStart(12, '0')}`;
}

function linkRow(tenantId: string, id: string, place: Place, now: number): LinkRow {
  return {
    tenantId,
    id,
    subjectId: id,
    connectionId: place.connectionId,
    scheme: place.scheme.id,
    travellerRef: 'T1',
    organisation: null,
    memberMasked: '**',
    state: 'active',
    reason: null,
    verification: 'supplier',
    tier: null,
    mergedInto: null,
    consent: { basis: 'contract', grantedAt: new Date(now).toISOString() },
    clientReference: null,
    metadata: {},
    version: 1,
    createdAt: new Date(now),
    updatedAt: new Date(now),
  };
}

/** What a real vault seals is in clear here: nothing of a run leaves it. */
function sealedFor({ tenantId, id: linkId }: LinkRow, number: string): SealedMember {
  const memberNumber = Buffer.from(number);
  return {
    tenantId,
    linkId,
    subjectId: linkId,
    keyVersion: 1,
    wrappedKey: null,
    memberNumber,
    holder: null,
    handle: null,
  };
}

export function openVault(): MemberVault {
  const never = (): never => {
    throw new Error('nothing is sealed in a simulation');
  };
  return {
    mintKey: never,
    seal: never,
    sealHandle: never,
    openForm: never,
    open: ({ memberNumber }) => ({
      memberNumber: memberNumber?.toString() ?? '',
      holder: { names: [{ script: 'Latn', family: 'DOE' }] },
      handle: {},
    }),
    index: (scheme, number) => createHash('sha256').update(`${scheme}|${number}`).digest(),
  };
}
