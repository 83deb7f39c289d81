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
  readonly run: () => void;
}

/** Where everything that happens at once waits for its turn, so that the seed alone decides the order. */
export interface Turns {
  /** Has `run` happen at that time or later; `null` is nobody who could die. */
  at(dueAt: number, name: string, process: Process | null, run: () => void): Turn;
  /** Waits for a turn. What a process that has died waits for never comes. */
  wait(dueAt: number, name: string, process: Process): Promise<void>;
  /** Those that may happen now. */
  ready(): readonly Turn[];
  take(turn: Turn): void;
  /** It will not happen any more. */
  drop(turn: Turn): void;
  /** When the next of those that wait may happen; `null` when nothing waits. */
  nextAt(): number | null;
  /** Forgets what a process waits for. */
  forget(process: Process): void;
}

export function createTurns(time: VirtualTime): Turns {
  let waiting: Turn[] = [];
  const at: Turns['at'] = (dueAt, name, process, run) => {
    const turn = { name, process, dueAt, run };
    if (process?.alive !== false) waiting.push(turn);
    return turn;
  };
  const drop = (turn: Turn): void => {
    waiting = waiting.filter((one) => one !== turn);
  };
  const mayHappenAt = ({ dueAt, process }: Turn): number => Math.max(dueAt, process?.frozenUntil ?? 0);
  return {
    at,
    wait: (dueAt, name, process) =>
      new Promise((resolve) => {
        at(dueAt, name, process, resolve);
      }),
    ready: () => waiting.filter((turn) => mayHappenAt(turn) <= time.now()),
    take: (turn) => {
      drop(turn);
      turn.run();
    },
    drop,
    nextAt: () => (waiting.length === 0 ? null : Math.min(...waiting.map(mayHappenAt))),
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
