import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with what `probe` gives once that is neither null, undefined nor false; throws after 50 s, inside jest's own limit. */
export async function until<T>(probe: () => T | null | undefined | false): Promise<T> {
  const giveUpAt = performance.now() + 50_000;
  for (;;) {
    const found = probe();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > giveUpAt) throw new Error(`still waiting for: ${probe.toString()}`);
    await sleep(20);
  }
}
