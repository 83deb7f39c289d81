import { crashPoint } from '../../spec/crash-point.js';
import type { Outbox, WakeQueue } from './ports.js';

/** Work that comes round by itself, on its own pace; errors are told and the round comes again. */
export interface Rounds {
  stop(): Promise<void>;
}

export interface Round {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

/** Runs each round when the one before it has ended and its pace has passed, never two of a name at once. */
export function startRounds(rounds: readonly Round[], onError: (error: unknown, round: string) => void): Rounds {
  const stopping = new AbortController();
  const running = rounds.map(async (round) => {
    while (!stopping.signal.aborted) {
      try {
        await round.run();
      } catch (error) {
        onError(error, round.name);
      }
      await pause(round.everyMs, stopping.signal);
    }
  });
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** Wakes every connection with overdue work: a flushed queue costs this round's pace, not points. */
export async function sweep(outbox: Outbox, queue: WakeQueue): Promise<number> {
  const places = await outbox.overdue();
  if (places.length === 0) return 0;
  crashPoint('before-sweep');
  await queue.add(places.map((place) => ({ ...place, delayMs: 0, hints: [] })));
  crashPoint('after-sweep');
  return places.length;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
