import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 250;

/**
 * Takes a step again and again until one gives something; `null` once Ctrl-C was pressed, after the step under way.
 * Pressed a second time it ends the process as ever.
 */
export async function askUntil<T>(step: () => Promise<T | null>): Promise<T | null> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, interrupt);
  try {
    for (;;) {
      const given = await step();
      if (given !== null || interrupted.signal.aborted) return given;
      await pause(EVERY_MS, undefined, { signal: interrupted.signal }).catch(() => undefined);
    }
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
