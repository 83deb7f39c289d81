import type { Learnt } from '../../../src/core/operation/snapshot.js';
import { receipt, refused } from './situations.js';

/** How one call goes wrong; `delayMs` is how much later than asked an effect comes about, where it does. */
export interface Mishap {
  readonly kind:
    | 'none'
    | 'not-sent'
    | 'throttled'
    | 'refused-credentials'
    | 'refused'
    | 'accepted'
    | 'lost-before'
    | 'lost-after'
    | 'lost-late'
    | 'wrong-echo'
    | 'bug-after'
    | 'crash-before'
    | 'crash-after'
    | 'crash-late';
  readonly delayMs: number;
}

/** What a call gave; `crashed` when our side died before it could tell. */
export type Given = Learnt | 'crashed';

export interface SimulatedSupplier {
  /** When each effect came or will come about; two of them is a double posting. */
  readonly effects: readonly number[];
  send(now: number, mishap: Mishap): Given;
  find(now: number, mishap: Mishap): Given;
}

/**
 * A supplier of one operation: with `keyWindowMs` it deduplicates that long from the first send on, else every send that
 * arrives is another effect. Its look-up sees an effect `lagMs` after it was booked.
 */
export function simulatedSupplier(options: { keyWindowMs: number | null; lagMs: number }): SimulatedSupplier {
  const booked: { readonly arrivedAt: number; readonly visibleAt: number; readonly effectAt: number }[] = [];

  const commit = (arrivedAt: number, visibleAt: number, effectAt: number): void => {
    const first = booked[0];
    const known =
      options.keyWindowMs !== null && first !== undefined && arrivedAt - first.arrivedAt <= options.keyWindowMs;
    if (!known) booked.push({ arrivedAt, visibleAt, effectAt });
  };
  const answer = (final: boolean): Learnt => ({ type: 'receipt', receipt: receipt({ final }), matches: true });

  return {
    get effects() {
      return booked.map(({ effectAt }) => effectAt);
    },
    send: (now, { kind, delayMs }) => {
      const late = kind === 'lost-late' || kind === 'crash-late' ? delayMs : 0;
      const repeated = options.keyWindowMs !== null && booked.length > 0;
      switch (kind) {
        case 'not-sent':
          return { type: 'fault', fault: { kind: 'not-sent', detail: 'refused connection' } };
        case 'throttled':
          return { type: 'fault', fault: { kind: 'rate-limited', retryAfterMs: delayMs } };
        case 'refused-credentials':
          return { type: 'fault', fault: { kind: 'auth', detail: '401' } };
        case 'refused':
          return repeated ? answer(true) : { type: 'fault', fault: refused };
        case 'lost-before':
          return { type: 'fault', fault: { kind: 'unknown-outcome', detail: 'reset' } };
        case 'crash-before':
          return 'crashed';
        case 'crash-after':
        case 'crash-late':
          commit(now, now + late, now + late);
          return 'crashed';
        case 'lost-after':
        case 'lost-late':
          commit(now, now + late, now + late);
          return { type: 'fault', fault: { kind: 'unknown-outcome', detail: 'timeout' } };
        case 'wrong-echo':
          commit(now, now, now);
          return { type: 'receipt', receipt: receipt(), matches: false };
        case 'bug-after':
          commit(now, now, now);
          return { type: 'bug', sent: true, detail: 'TypeError' };
        case 'accepted':
          commit(now, now, now + delayMs);
          return answer(false);
        case 'none':
          commit(now, now, now);
          return answer(true);
        default:
          return kind satisfies never;
      }
    },
    find: (now, { kind, delayMs }) => {
      if (kind.startsWith('crash')) return 'crashed';
      if (kind === 'throttled') {
        return { type: 'look-up-failed', fault: { kind: 'rate-limited', retryAfterMs: delayMs } };
      }
      if (kind !== 'none' && kind !== 'accepted' && kind !== 'refused') {
        return { type: 'look-up-failed', fault: { kind: 'unknown-outcome', detail: 'timeout' } };
      }
      const seen = booked.find(({ visibleAt }) => visibleAt + options.lagMs <= now);
      if (seen === undefined) return { type: 'absent' };
      const posted = seen.effectAt <= now;
      return { type: 'found', receipt: receipt({ final: posted }), matches: true, posted };
    },
  };
}
