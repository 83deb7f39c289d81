import { fromTypeId } from '../../spec/typeid.js';
import { indexesOf, type MemberNumbersDeps } from './member-numbers.js';
import type { SearchStore, Sought } from './ports.js';
import type { Support } from './support.js';
import { hitView } from './views.js';

export interface SearchDeps extends Pick<MemberNumbersDeps, 'schemes' | 'vault'> {
  readonly store: SearchStore;
}

const HITS_AT_MOST = 50;

/** One box: what somebody reads out may be any of a dozen things, and is looked for as each that it can be. */
export function createSearch({ schemes, vault, store }: SearchDeps): Pick<Support, 'search'> {
  return {
    search: async (caller, query) => {
      const text = query.trim();
      const sought: Sought = {
        text,
        linkId: fromTypeId('lnk', text) ?? undefined,
        operationId: fromTypeId('op', text) ?? undefined,
        reference: /^[0-9]{20}$/.test(text) ? text : undefined,
        numbers: indexesOf({ schemes, vault }, text),
      };
      const found = await store.find(caller, sought, HITS_AT_MOST + 1);
      // What is found twice is told once, by the first of its reasons.
      const hits = [...new Map(found.toReversed().map((hit) => [hit.id, hit])).values()].toReversed();
      return { items: hits.slice(0, HITS_AT_MOST).map(hitView), more: hits.length > HITS_AT_MOST };
    },
  };
}
