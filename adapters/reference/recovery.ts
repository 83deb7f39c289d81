import type { Find, Perform, Write } from '../../src/spec/adapter.js';
import type { Config, Promises } from './config.js';

/** Makes a write of a call and its look-up, recovered by what the programme promises. */
export type Recovered = <I, F>(perform: Perform<I, Config>, find: Find<I, Config, F>) => Write<I, Config, F>;

/** The one place where a promise becomes a recovery; everything else of the adapter is the same for all programmes. */
export function recoveredBy({ recovery, keyFind }: Pick<Promises, 'recovery' | 'keyFind'>): Recovered {
  const windowMs = (config: Config): number => config.windowMs;
  const conclusiveAfterMs = (config: Config): number => config.conclusiveAfterMs;
  return (perform, find) => {
    switch (recovery) {
      case 'key':
        return { idempotency: 'key', windowMs, perform, ...(keyFind ? { find, conclusiveAfterMs } : {}) };
      case 'lookup':
      case 'eventual':
        return { idempotency: 'lookup', conclusiveAfterMs, eventual: recovery === 'eventual', perform, find };
      case 'file':
      case 'push':
        // Whatever comes names our own reference, so that any number of operations may be open at once.
        return { idempotency: 'none', oneOpenAtATime: false, perform };
      default:
        return recovery satisfies never;
    }
  };
}
