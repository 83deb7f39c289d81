import { EXCHANGE_FAULTS } from '../../sandbox/engine/faults.js';
import type { Scheme } from '../../src/spec/scheme.js';
import type { Place } from './place.js';
import { control } from './platform.js';

/** Everything a supplier does wrong in a push (reliability.md, S1); its answers go wrong in every way that there is. */
const PUSHES = ['duplicateNotification', 'reorderNotification', 'forgeNotification'] as const;

/** Below every scheme's `conclusiveAfterMs`, and later than its first look-ups. */
const LATE_MS = 4_000;
/** Pushes are few; each kind should come up often enough to matter. */
const OF_PUSHES = 0.1;

/** Has every supplier misbehave in so great a share of its exchanges, all kinds alike. */
export async function playFaults(place: Place, share: number, seed: number): Promise<void> {
  const answers = EXCHANGE_FAULTS.map((kind) => [kind, share / EXCHANGE_FAULTS.length] as const);
  const pushes = PUSHES.map((kind) => [kind, share === 0 ? 0 : OF_PUSHES] as const);
  const rates = Object.fromEntries([...answers, ...pushes]);
  await eachScheme(place, (scheme, index) =>
    control(place.sandboxUrl, 'PUT', `${scheme.id}/faults`, {
      seed: seed + index,
      rates,
      latencyMs: { p50: 5, p99: 50 },
      lateMs: LATE_MS,
    }),
  );
}

export async function clearFaults(place: Place): Promise<void> {
  await eachScheme(place, (scheme) => control(place.sandboxUrl, 'DELETE', `${scheme.id}/faults`));
}

async function eachScheme(place: Place, act: (scheme: Scheme, index: number) => Promise<unknown>): Promise<void> {
  await Promise.all(place.schemes.map(act));
}
