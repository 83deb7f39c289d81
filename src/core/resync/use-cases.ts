import { v7 as uuidv7 } from 'uuid';
import { toTypeId } from '../../spec/typeid.js';
import { Problem } from '../problem.js';
import type { ResyncStore } from './ports.js';
import type { Resyncs } from './resyncs.js';
import { ITEMS_AT_MOST, readScope, scopeKey } from './scope.js';
import { acceptedAnswer, itemView, resyncView } from './view.js';

export interface ResyncsDeps {
  readonly store: Pick<ResyncStore, 'start' | 'get' | 'items'>;
  readonly isInstalled: (scheme: string) => boolean;
}

/** The use cases of resync: ask for one, read how far it is and what it found. The looking itself is the runner's. */
export function createResyncs({ store, isInstalled }: ResyncsDeps): Resyncs {
  return {
    start: (caller, { scope: given, dryRun, reason }, request) => {
      const { scope, ...held } = readScope(given, isInstalled);
      return store.start({
        caller,
        request,
        resync: {
          tenantId: caller.tenantId,
          id: uuidv7(),
          organisation: caller.organisation,
          scope,
          scopeKey: scopeKey(scope, dryRun, caller),
          dryRun,
          reason,
          requestedBy: toTypeId('key', caller.keyId),
        },
        ...held,
        atMost: ITEMS_AT_MOST,
        answer: acceptedAnswer,
      });
    },
    get: async (caller, id) => {
      const row = await store.get(caller, id);
      if (row === null) throw new Problem('NOT_FOUND');
      return resyncView(row);
    },
    items: async (caller, id, page) => {
      const found = await store.items(caller, id, page);
      if (found === null) throw new Problem('NOT_FOUND');
      return { items: found.items.map(itemView), next: found.next };
    },
  };
}
