import type { Engine } from '../src/core/operation/engine.js';
import type { Lane, WakeUp } from '../src/core/operation/ports.js';

/** What a wake-up says: which connection, and which rows to try first. A hint and no more; losing one costs seconds. */
export interface WakeJob {
  readonly connectionId: string;
  /** Pairs of tenant and operation, run or resync, at most 16; none means whatever is due. */
  readonly hints: readonly (readonly [tenantId: string, id: string])[];
}

/** Hands a wake-up to the engine and ends, so that no backlog and no slow call holds its place in the queue. */
export function handleWake(engine: Pick<Engine, 'wake'>, lane: Lane, job: WakeJob): Promise<void> {
  engine.wake(lane, job.connectionId, hintsOf(job));
  return Promise.resolve();
}

/** The rows that a wake-up names. */
export function hintsOf(job: WakeJob): WakeUp['hints'] {
  return job.hints.map(([tenantId, id]) => ({ tenantId, id }));
}
