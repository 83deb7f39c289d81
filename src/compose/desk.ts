import { adapterFor } from '../../adapters/index.js';
import type { Reconciliations } from '../core/reconcile/reconciliations.js';
import { createReconcileRunner, type ReconcileRunner } from '../core/reconcile/runner.js';
import { createReconciliations } from '../core/reconcile/use-cases.js';
import type { Resyncs } from '../core/resync/resyncs.js';
import { createResyncRunner, type ResyncRunner } from '../core/resync/runner.js';
import { createResyncs } from '../core/resync/use-cases.js';
import { createInOwnWords, reconciliationsInOwnWords, resyncsInOwnWords } from '../core/support/own-words.js';
import type { Support } from '../core/support/support.js';
import type { NightPlan } from '../queue/nightly-schedules.js';
import { createReconStore } from '../store/recon-store.js';
import { createResyncStore } from '../store/resync-store.js';
import type { Parts } from './parts.js';
import { openSupport } from './support.js';

/** What support works with: reconciliation and resync, and what carries them out in this process. */
export interface Desk {
  readonly reconciliations: Reconciliations;
  readonly resyncs: Resyncs;
  readonly support: Support;
  /** Woken by jobs; a verb of the command line wakes them itself. */
  readonly runners: { readonly reconcile: ReconcileRunner; readonly resync: ResyncRunner };
}

export function openDesk(parts: Parts): Desk {
  const { pools, relay, schemes, store, breaks, links, inputs, refuseMemberNumbers, failed } = parts;
  const { suppliers, vault } = links;
  const recon = createReconStore(pools, relay.nudge);
  const resync = createResyncStore(pools, relay.nudge);
  const resyncs = createResyncs({ store: resync, isInstalled: (scheme) => schemes.has(scheme) });
  const common = {
    operations: store,
    suppliers,
    vault,
    random: Math.random,
    onError: (error: unknown, where: string) => {
      failed(where)(error);
    },
  };
  const reconciliations = createReconciliations({
    desk: recon,
    suppliers,
    startResync: (caller, input, request) => resyncs.start(caller, input, request),
    now: () => new Date(),
  });
  const inOwnWords = createInOwnWords(recon, refuseMemberNumbers);
  return {
    resyncs: resyncsInOwnWords(resyncs, inOwnWords),
    support: openSupport(parts, resyncs),
    reconciliations: reconciliationsInOwnWords(reconciliations, inOwnWords),
    runners: {
      reconcile: createReconcileRunner({ ...common, work: recon, inputs }),
      resync: createResyncRunner({
        ...common,
        store: resync,
        breaks,
        links: links.store,
      }),
    },
  };
}

/** When the day of each connection is settled, at its scheme's own time: those whose adapter can and whose scheme says when. */
export async function nightPlans({ connections, schemes }: Parts): Promise<NightPlan[]> {
  const all = await connections.all();
  return all.flatMap(({ id, scheme: name }) => {
    const scheme = schemes.get(name);
    if (scheme?.settlement === undefined || adapterFor(scheme).settlement === undefined) return [];
    return [{ connectionId: id, at: scheme.settlement.fetchAt, zone: scheme.zone }];
  });
}
