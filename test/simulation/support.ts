import { lookAtOperation } from '../../src/core/resync/look-at-operation.js';
import { suppliersOf } from './places.js';
import { processNamed } from './turns.js';
import { through, type World } from './world.js';

/** Support looks at an operation again, whatever is under way with it. */
export function createSupport(world: World): () => string {
  const { chance, store, places, wire, vault, broken } = world;
  const process = processNamed('support');
  const deps = {
    operations: through(world, process, store.operations),
    breaks: through(world, process, store.breaks),
    store: {
      isAnswerable: async () => false,
      referenceIsFree: async ({ id, scheme }: { readonly id: string; readonly scheme: string }, reference: string) =>
        (store.tables.receipts.get(`${scheme}|${reference}`)?.operationId ?? id) === id,
    },
    suppliers: suppliersOf(places, wire, process),
    vault,
    random: chance.next,
  };
  return () => {
    const rows = [...store.tables.operations.values()].filter(({ kind }) => kind !== 'expectation');
    if (rows.length === 0) return 'nothing to look at';
    const { tenantId, id, scheme } = chance.pick(rows);
    const looking = { tenantId, resyncId: 'resync', dryRun: chance.happens(0.2) };
    lookAtOperation(deps, looking, id).catch((error: unknown) => broken.push(`a look failed: ${String(error)}`));
    return `looks again at ${scheme}`;
  };
}
