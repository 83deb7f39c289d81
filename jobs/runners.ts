import type { CanaryBook } from '../src/core/health/ports.js';
import type { Engine } from '../src/core/operation/engine.js';
import type { ReconcileRunner } from '../src/core/reconcile/runner.js';
import type { ResyncRunner } from '../src/core/resync/runner.js';

/** What the jobs wake. All of it may be woken twice, for nothing, or by two processes at once: the rows decide who works. */
export interface Runners {
  readonly engine: Pick<Engine, 'wake'>;
  readonly reconcile: Pick<ReconcileRunner, 'openNight' | 'wake'>;
  readonly resync: Pick<ResyncRunner, 'wake'>;
  readonly canaries: Pick<CanaryBook, 'seen'>;
}
