import type { HttpRequest } from '../spec/adapter.js';
import type { RequestEnd, Work } from '../spec/request.js';
import type { Ended } from './exchange.js';

/**
 * Asked before a request begins, for `withinMs` at most, and told once how it ended. Throws `AdapterFault` `not-sent` where the
 * request may not go.
 */
export type HttpGate = (work: Work, withinMs: number) => Promise<(end: RequestEnd) => void>;

/** How long a request waits for its turn, in milliseconds, unless its claim ends earlier. */
const WAIT_MS = 1_000;

/**
 * Sends through the gate, where there is one. `spareMs` is what a write's claim has left beyond the exchange itself; what may not begin
 * anyway asks for no place among those that may.
 */
export async function throughGate<B>(
  gate: HttpGate | undefined,
  work: Work,
  spareMs: () => number,
  send: () => Promise<Ended<B>>,
): Promise<Ended<B>> {
  if (gate === undefined) return send();
  const spare = spareMs();
  if (!(spare >= 0)) return send();
  const leave = await gate(work, Math.min(WAIT_MS, spare));
  let end: RequestEnd = 'nothing';
  try {
    const ended = await send();
    end = endOf(ended);
    return ended;
  } finally {
    tellEnd(leave, end);
  }
}

/** What became of a request must not depend on who counts it: a failure here would make a send that went out look like none. */
function tellEnd(leave: (end: RequestEnd) => void, end: RequestEnd): void {
  try {
    leave(end);
  } catch {
    // Whoever keeps the count lost one.
  }
}

/** What an adapter's request is for the limits. */
export function workOf({ effect }: Pick<HttpRequest, 'effect'>): Work {
  return effect === 'write' ? 'write' : 'look-up';
}

/** An answer that was too large or unreadable for us is one; whatever has a status tells more by that than by how it broke off. */
function endOf<B>(ended: Ended<B>): RequestEnd {
  const { status } = ended;
  if (status === 429) return 'throttled';
  if (!ended.whole) {
    switch (ended.cause) {
      case 'aborted':
      case 'lease-too-short':
        return 'nothing';
      case 'body-too-large':
      case 'body-undecodable':
        return status !== null && status >= 500 ? 'failed' : 'answered';
      default:
        return 'failed';
    }
  }
  if (status === 503 && ended.headers['retry-after'] !== undefined) return 'busy';
  return ended.status >= 500 ? 'failed' : 'answered';
}
