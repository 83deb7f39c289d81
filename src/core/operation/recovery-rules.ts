import type { Rules, Snapshot } from './snapshot.js';

/** A key is trusted for this much less than its window, so that clocks and slow answers cannot outlive it. */
const KEY_WINDOW_SLACK_MS = 3_600_000;

/** Whether the same send again is safe: the supplier still knows the key of the first. */
export function withinKeyWindow(snapshot: Pick<Snapshot, 'sinceFirstSentMs'>, { recovery }: Rules): boolean {
  return recovery.idempotency === 'key' && (snapshot.sinceFirstSentMs ?? 0) < recovery.windowMs - KEY_WINDOW_SLACK_MS;
}

/** Whether the supplier can be asked what became of the write. */
export function canFind({ recovery }: Rules): boolean {
  return recovery.idempotency === 'lookup' || (recovery.idempotency === 'key' && recovery.find);
}
