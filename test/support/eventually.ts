import { setTimeout as pause } from 'node:timers/promises';

/** Waits until a condition holds, looking every `everyMs`; fails with the last value seen when it does not within `withinMs`. */
export async function eventually<T>(
  look: () => Promise<T>,
  holds: (value: T) => boolean,
  { withinMs = 20_000, everyMs = 50 }: { withinMs?: number; everyMs?: number } = {},
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (performance.now() > until) throw new Error(`it did not come about: ${JSON.stringify(value)}`);
    await pause(everyMs);
  }
}
