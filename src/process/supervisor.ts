import type { Answers, Question } from './asking.js';
import type { ReadyMessage } from './child.js';
import { deferred } from './deferred.js';
import {
  type ChildEvent,
  ChildFailed,
  type ChildSpec,
  superviseChild,
  type SupervisedChild,
} from './supervised-child.js';

export interface SupervisorOptions {
  readonly log?: (event: ChildEvent) => void;
  /** Runs once all children have ended: the place to stop the database. */
  readonly afterStop?: () => Promise<void>;
  /** What the supervisor itself answers when all are asked; it then stands among the answers as `supervisor`. */
  readonly own?: (question: Question, children: readonly ChildStanding[]) => Promise<unknown>;
}

/** How a child fares. */
export interface ChildStanding {
  readonly name: string;
  /** Whether it runs and was ready in this life. */
  readonly ready: boolean;
  /** How often it was started again. */
  readonly restarts: number;
  /** Whether it can be asked anything more. */
  readonly answers: 'questions' | 'nothing';
}

export interface Supervisor {
  /** What each child said when it was first ready, by name. Rejects when one cannot start; everything is then stopped. */
  readonly ready: Promise<ReadonlyMap<string, ReadyMessage>>;
  /** Resolves with the exit code that fits once everything has stopped, for whatever reason. */
  readonly stopped: Promise<number>;
  /** The pid of a child; `null` between two lives. */
  pid(name: string): number | null;
  standings(): readonly ChildStanding[];
  /** Asks every child and the supervisor itself; `null` for those that have no answer in time. */
  gather(question: Question): Promise<Answers>;
  /** Stops the children stage by stage, then runs `afterStop`. Asked again, the answer is the same stop. */
  stop(exitCode?: number): Promise<number>;
}

/**
 * Starts the children together and keeps them alive until SIGINT, SIGTERM or SIGHUP, `stop`, or a child that cannot start. A child
 * whose supervisor is gone, however it went, ends by itself.
 */
export function supervise(specs: readonly ChildSpec[], options: SupervisorOptions = {}): Supervisor {
  const standings = (): ChildStanding[] =>
    children.map((child) => ({
      name: child.spec.name,
      ready: child.isReady(),
      restarts: child.restarts(),
      answers: child.spec.answers ?? 'questions',
    }));
  const gather = async (question: Question): Promise<Answers> => {
    const asked = children.filter(({ spec }) => spec.answers !== 'nothing');
    const answers = await Promise.all(
      asked.map(async (child) => [child.spec.name, await child.ask(question)] as const),
    );
    const own = (await options.own?.(question, standings())) ?? null;
    return Object.fromEntries([...answers, ['supervisor', own]]);
  };
  const children = specs.map((spec) => superviseChild(spec, options.log ?? (() => undefined), gather));
  const stopped = deferred<number>();
  let asked = false;

  const stop = (exitCode = 0): Promise<number> => {
    if (asked) return stopped.promise;
    asked = true;
    const finish = async (): Promise<number> => {
      await stopAll(children);
      await options.afterStop?.();
      forgetSignals();
      return exitCode;
    };
    finish().then(stopped.resolve, stopped.reject);
    return stopped.promise;
  };
  const forgetSignals = onSignals(
    () => void stop(),
    () => {
      for (const child of children) child.kill();
      process.exit(130);
    },
  );
  const ready = allReady(children);
  ready.catch((error: unknown) => void stop(error instanceof ChildFailed ? error.exitCode : 1));
  return {
    ready,
    stopped: stopped.promise,
    pid: (name) => children.find(({ spec }) => spec.name === name)?.pid() ?? null,
    standings,
    gather,
    stop,
  };
}

async function allReady(children: readonly SupervisedChild[]): Promise<ReadonlyMap<string, ReadyMessage>> {
  return new Map(
    await Promise.all(
      children.map(async ({ spec, ready }): Promise<[string, ReadyMessage]> => [spec.name, await ready]),
    ),
  );
}

async function stopAll(children: readonly SupervisedChild[]): Promise<void> {
  const stages = new Set(children.map(({ spec }) => spec.stopStage));
  for (const stage of [...stages].sort((a, b) => a - b)) {
    await Promise.all(children.filter(({ spec }) => spec.stopStage === stage).map((child) => child.stop()));
  }
}

/** One Ctrl-C below npm arrives twice, from the terminal and from npm; only what comes later than this was a second one. */
const SAME_KEY_PRESS_MS = 1000;

function onSignals(first: () => void, again: () => void): () => void {
  let firstAt: number | null = null;
  const received = (signal: NodeJS.Signals): void => {
    if (firstAt === null) {
      firstAt = performance.now();
      first();
    } else if (signal === 'SIGINT' && performance.now() - firstAt > SAME_KEY_PRESS_MS) again();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, received);
  return () => {
    for (const signal of signals) process.off(signal, received);
  };
}
