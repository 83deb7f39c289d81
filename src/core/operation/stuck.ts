import type { ConnectionGuard } from '../supplier/ports.js';
import type { StuckWork } from './ports.js';

/** Has an incident stand against every connection whose operations nobody comes for, for as long as that is so. */
export async function watchStuckWork(
  look: () => Promise<readonly StuckWork[]>,
  guard: Pick<ConnectionGuard, 'open' | 'close'>,
): Promise<void> {
  for (const { connectionId, counts, told } of await look()) {
    const states = Object.entries(counts).sort(([a], [b]) => a.localeCompare(b));
    if (states.length === 0) await guard.close(connectionId, 'stuck');
    else if (!told)
      await guard.open(connectionId, 'stuck', states.map(([state, count]) => `${state} ${count}`).join(', '));
  }
}
