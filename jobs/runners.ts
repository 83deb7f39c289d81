import type { Engine } from '../src/core/operation/engine.js';
import type { WakeUp } from '../src/core/operation/ports.js';
import type { ResyncRunner } from '../src/core/resync/runner.js';

/** What the jobs wake. All of it may be woken twice, for nothing, or by two processes at once: the rows decide who works. */
export interface Runners {
  readonly engine: Pick<Engine, 'wake'>;
  readonly reconcile: {
    /** Opens the run of yesterday in the scheme's zone, unless there is one. */
    openNight(connectionId: string): Promise<void>;
    wake(connectionId: string, hints: WakeUp['hints']): Promise<void>;
  };
  readonly resync: Pick<ResyncRunner, 'wake'>;
}
