import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingPush, Push } from '../platform.js';
import type { Clock } from './clock.js';
import type { Faults } from './faults.js';
import type { Collection } from './store.js';

/** Sends a scheme's notifications, each until it was taken. */
export interface Pushes {
  send(push: Push): void;
  /** Where the partner takes them; `undefined` keeps them waiting. */
  setUrl(url: string | undefined): void;
}

export interface PushParts {
  readonly faults: Faults;
  readonly clock: Clock;
  /** What was not taken yet. */
  readonly memory: Collection<Push>;
  readonly sign: (push: OutgoingPush) => Readonly<Record<string, string>>;
  /** The pause before the second try; doubles up to a minute. */
  readonly backoffMs: number;
  readonly signal: AbortSignal;
}

const AT_ONCE = 16;
const TRIES = 20;
const LONGEST_PAUSE_MS = 60_000;
const TIMEOUT_MS = 5_000;
const HELD_BACK_MS = 500;

export function openPushes(parts: PushParts): Pushes {
  const { faults, memory, signal } = parts;
  const tries = new Map<string, number>();
  let queue: Push[] = [];
  let active = 0;
  let url: string | undefined;

  const pump = (): void => {
    while (url !== undefined && active < AT_ONCE && !signal.aborted) {
      const push = queue.shift();
      if (!push) return;
      active += 1;
      void deliver(push, url).finally(() => {
        active -= 1;
        pump();
      });
    }
  };
  const enqueue = (push: Push, delayMs: number): void => {
    const join = (): void => {
      queue.push(push);
      pump();
    };
    if (delayMs === 0) join();
    else void sleep(delayMs, undefined, { signal }).then(join, () => undefined);
  };
  const deliver = async (asked: Push, to: string): Promise<void> => {
    const round = (tries.get(asked.eventId) ?? 0) + 1;
    tries.set(asked.eventId, round);
    const fault = round === 1 ? faults.push() : null;
    const push = fault === 'skewedClock' ? skewed(asked, faults.skewMs()) : asked;
    if (fault === 'reorderNotification') {
      enqueue(push, HELD_BACK_MS);
      return;
    }
    // Signed over another text, so that the proof is wrong also where the body is the genuine one.
    if (fault === 'forgeNotification') await post(parts, to, forged(push), `forged ${JSON.stringify(push.body)}`);
    const text = JSON.stringify(push.body);
    const taken = await post(parts, to, text, text);
    if (fault === 'duplicateNotification') await post(parts, to, text, text);
    if (signal.aborted) return;
    if (taken || round === TRIES) {
      if (!taken) console.error(`sandbox: gave up on push ${push.eventId} after ${TRIES} tries`);
      tries.delete(push.eventId);
      memory.delete(push.eventId);
      return;
    }
    enqueue(push, Math.min(LONGEST_PAUSE_MS, parts.backoffMs * 2 ** (round - 1)));
  };
  queue = Array.from(memory.values());

  return {
    send: (push) => {
      memory.set(push.eventId, push);
      enqueue(push, 0);
    },
    setUrl: (next) => {
      url = next;
      pump();
    },
  };
}

/** Posts `text` under the signature of `signed`, and says whether the partner took it. */
async function post(parts: PushParts, to: string, text: string, signed: string): Promise<boolean> {
  try {
    const { pathname, search } = new URL(to);
    const proof = parts.sign({ target: pathname + search, body: signed, at: parts.clock() });
    const answer = await fetch(to, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...proof },
      body: text,
      redirect: 'manual',
      signal: AbortSignal.any([parts.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** The push by a clock that is wrong; what it is signed with stays right, or nobody would take it. */
function skewed(push: Push, byMs: number): Push {
  const at = push.body['at'];
  if (typeof at !== 'string') return push;
  return { ...push, body: { ...push.body, at: new Date(Date.parse(at) + byMs).toISOString() } };
}

/**
 * A push that nobody who knows the key has made. It carries the id of the genuine event, so that a partner who remembers ids
 * before it checks signatures misses that one, and, where there are points, more of them.
 */
function forged(push: Push): string {
  const points = push.body['points'];
  return JSON.stringify({ ...push.body, ...(typeof points === 'number' ? { points: points + 1_000_000 } : {}) });
}
