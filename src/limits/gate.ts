import type { BreakerRows, Gate, Priority, QuotaRows } from '../core/supplier/ports.js';
import { createAdmit } from './admit.js';
import { askedRows } from './asked-rows.js';
import { type Clock, systemClock } from './clock.js';
import { createEnds } from './ends.js';
import { createEnter } from './enter.js';
import { createLines, type Stand } from './lines.js';
import { createProbes } from './probes.js';
import { createRepeats } from './repeats.js';
import { createReserved } from './reserved.js';
import { createWatch } from './watch.js';

/** What a gate is made of. */
export interface GateOptions {
  readonly quotas: QuotaRows;
  readonly breakers: BreakerRows;
  readonly clock?: Clock | undefined;
  /** Told how long somebody stood in line for a connection that has a rate. */
  readonly onWait?: ((priority: Priority, seconds: number) => void) | undefined;
  /** Told when the fleet cannot be asked; what was known goes on to hold. */
  readonly onError: (error: unknown) => void;
}

/** The gate of one process over rows that the fleet shares. `close` ends its timers and lets nobody in after that. */
export function createGate(options: GateOptions): Gate & { close(): Promise<void> } {
  const { onError, onWait } = options;
  const { quotas, breakers, idle } = askedRows(options.quotas, options.breakers);
  const clock = options.clock ?? systemClock;
  const watch = createWatch({ rows: breakers, clock, onError });
  const probes = createProbes({ rows: breakers, watch, clock, onError });
  const lines = createLines({ rows: quotas, watch, clock, onError });
  const repeats = createRepeats({ rows: quotas, clock, onError });
  const ends = createEnds({ watch, clock, slower: lines.slower });
  const reserved = createReserved(clock);

  const stand: Stand = async (connection, wish, signal) => {
    const limited = lines.limited(connection);
    const since = clock.now();
    const places = await lines.of(connection).take(wish, signal);
    if (limited) onWait?.(wish.priority, (clock.now() - since) / 1000);
    return places;
  };

  return {
    admit: createAdmit({ watch, probes, lines, repeats, reserved, stand, clock }),
    enter: createEnter({ watch, probes, lines, reserved, ends, stand, clock }),
    throttled: ends.throttled,
    close: async () => {
      lines.close();
      ends.close();
      probes.close();
      await watch.close();
      await idle();
    },
  };
}
