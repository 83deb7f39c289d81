import type { Engine } from '../src/core/operation/engine.js';
import { handleWake, type WakeJob } from './wake.js';

export type { WakeJob } from './wake.js';

/** Handlers by queue. Retries are the operation's state machine; a job that fails is only a hint lost. */
export function handlersFor(engine: Engine): Readonly<Record<'live' | 'lookup', (job: WakeJob) => Promise<void>>> {
  return {
    live: (job) => handleWake(engine, 'live', job),
    lookup: (job) => handleWake(engine, 'lookup', job),
  };
}
