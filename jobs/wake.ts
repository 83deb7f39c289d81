import type { Engine } from '../src/core/operation/engine.js';
import type { Lane } from '../src/core/operation/ports.js';

/** What a wake-up says: which connection, and which operations to try first. A hint and no more; losing one costs seconds. */
export interface WakeJob {
  readonly connectionId: string;
  /** Pairs of tenant and operation, at most 16; none means whatever is due. */
  readonly hints: readonly (readonly [tenantId: string, operationId: string])[];
}

/** Hands a wake-up to the engine and ends when the work is handed out, so that one slow call holds nobody. */
export async function handleWake(engine: Engine, lane: Lane, job: WakeJob): Promise<void> {
  await engine.wake(
    lane,
    job.connectionId,
    job.hints.map(([tenantId, id]) => ({ tenantId, id })),
  );
}
