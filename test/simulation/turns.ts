import type { VirtualTime } from './virtual-time.js';

/** Somebody whose work is lost when it dies, and stands still while it is frozen. */
export interface Process {
  readonly name: string;
  alive: boolean;
  frozenUntil: number;
}

export function processNamed(name: string): Process {
  return { name, alive: true, frozenUntil: 0 };
}

/** Something that waits to happen; the run chooses among what is due. */
export interface Turn {
  readonly name: string;
  readonly process: Process | null;
  readonly dueAt: number;
  /** Time does not pass over it: what is no process of ours keeps its time, and a pause has an end. */
  readonly punctual: boolean;
  readonly run: () => void;
}

/** Where everything that happens at once waits for its turn, so that the seed alone decides the order. */
export interface Turns {
  /** Has `run` happen at that time or later; `null` is nobody who could die. */
  at(dueAt: number, name: string, process: Process | null, run: () => void): Turn;
  /** Waits for a turn. What a process that has died waits for never comes. */
  wait(dueAt: number, name: string, process: Process): Promise<void>;
  /** As `wait`, however the process is frozen meanwhile: at that time at the latest it goes on. */
  pause(dueAt: number, name: string, process: Process): Promise<void>;
  /** Those that may happen now. */
  ready(): readonly Turn[];
  take(turn: Turn): void;
  /** It will not happen any more. */
  drop(turn: Turn): void;
  /** The next one that time does not pass over. */
  nextPunctual(): Turn | null;
  /** When the next of those that may not happen yet may; `null` when there is none. */
  nextAt(): number | null;
  /** Forgets what a process waits for. */
  forget(process: Process): void;
}

export function createTurns(time: VirtualTime): Turns {
  let waiting: Turn[] = [];
  const put = (turn: Turn): Turn => {
    if (turn.process?.alive !== false) waiting.push(turn);
    return turn;
  };
  const at: Turns['at'] = (dueAt, name, process, run) => put({ name, process, dueAt, punctual: process === null, run });
  const drop = (turn: Turn): void => {
    waiting = waiting.filter((one) => one !== turn);
  };
  const mayHappenAt = ({ dueAt, process, punctual }: Turn): number =>
    punctual ? dueAt : Math.max(dueAt, process?.frozenUntil ?? 0);
  return {
    at,
    wait: (dueAt, name, process) =>
      new Promise((resolve) => {
        at(dueAt, name, process, resolve);
      }),
    pause: (dueAt, name, process) =>
      new Promise((run) => {
        put({ name, process, dueAt, punctual: true, run });
      }),
    nextPunctual: () =>
      waiting
        .filter(({ punctual }) => punctual)
        .reduce<Turn | null>((first, turn) => (first !== null && first.dueAt <= turn.dueAt ? first : turn), null),
    ready: () => waiting.filter((turn) => mayHappenAt(turn) <= time.now()),
    take: (turn) => {
      drop(turn);
      turn.run();
    },
    drop,
    nextAt: () => {
      const later = waiting.map(mayHappenAt).filter((at) => at > time.now());
      return later.length === 0 ? null : Math.min(...later);
    },
    forget: (process) => {
      waiting = waiting.filter((one) => one.process !== process);
    },
  };
}

/** Lets everything run on that waits for nothing but itself. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
