import { knownView, readAccount } from '../account/read-account.js';
import type { Caller } from '../access/caller.js';
import { Problem } from '../problem.js';
import { createLink, type CreateLinkDeps } from './create-link.js';
import { linkView } from './link-view.js';
import type { Links, TravellerView } from './links.js';
import type { LinkRow } from './ports.js';
import { readStatement } from './read-statement.js';

/** The use cases around a link, over a store, the suppliers and the vault. */
export function createLinks(deps: CreateLinkDeps): Links {
  const existing = async (caller: Caller, id: string): Promise<LinkRow> => {
    const link = await deps.store.get(caller, id);
    if (link === null) throw new Problem('NOT_FOUND');
    return link;
  };
  return {
    create: (caller, input, request) => createLink(deps, caller, input, request),
    get: async (caller, id) => linkView(await existing(caller, id)),
    list: async (caller, filter, page) => {
      const { items, next } = await deps.store.list(caller, filter, page);
      return { items: items.map(linkView), next };
    },
    account: async (caller, id, maxAgeSeconds) => readAccount(deps, caller, await existing(caller, id), maxAgeSeconds),
    statement: async (caller, id, since) => readStatement(deps, caller, await existing(caller, id), since),
    timeline: async (caller, id, page) => deps.store.timeline(caller, (await existing(caller, id)).id, page),
    traveller: (caller, travellerRef, audience) => traveller(deps, caller, travellerRef, audience),
  };
}

/** For a booking the numbers stand in clear, and that they were read is on record. */
async function traveller(
  { store, vault }: CreateLinkDeps,
  caller: Caller,
  travellerRef: string,
  audience: 'screen' | 'booking',
): Promise<TravellerView> {
  const rows = await store.ofTraveller(caller, travellerRef);
  if (rows.length === 0) throw new Problem('NOT_FOUND');
  if (audience === 'booking') await store.audit(caller, 'traveller.numbers-read', travellerRef, 'booking');
  const links = await Promise.all(
    rows.map(async (row) => {
      const known = await store.knownAccount(caller, row.id);
      const view = { ...linkView(row), account: known === null ? null : knownView(known, 'fresh') };
      if (audience === 'screen') return view;
      const sealed = await store.sealed(caller, row.id);
      return sealed === null ? view : { ...view, memberNumber: vault.open(sealed).memberNumber };
    }),
  );
  return { travellerRef, links };
}
