import { type ChildProcess, spawn } from 'node:child_process';
import { askChild, type Gather, type Question, serveGather } from './asking.js';
import type { ReadyMessage } from './child.js';
import { deferred } from './deferred.js';
import { nodeArguments } from './node-arguments.js';

/** A process to keep alive. */
export interface ChildSpec {
  readonly name: string;
  /** The file Node runs. */
  readonly module: string;
  readonly args?: readonly string[] | undefined;
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether it answers questions; one that does not is never asked. */
  readonly answers?: 'questions' | 'nothing' | undefined;
  /** Children of a lower stage stop before those of a higher one are asked to. */
  readonly stopStage: number;
  /** How long it may take to stop; killed after. 30 s by default. */
  readonly graceMs?: number | undefined;
  /** Ready for this long it has not failed at starting; 2 s by default. */
  readonly steadyMs?: number | undefined;
}

/** What became of a child, for the log. */
export type ChildEvent =
  | { readonly event: 'child-ready'; readonly child: string; readonly pid: number }
  | {
      readonly event: 'child-died';
      readonly child: string;
      readonly code: number | null;
      readonly signal: string | null;
      readonly restartInMs: number | null;
    }
  | { readonly event: 'child-killed'; readonly child: string; readonly reason: string };

export interface SupervisedChild {
  readonly spec: ChildSpec;
  pid(): number | null;
  /** Whether it runs and was ready in this life. */
  isReady(): boolean;
  /** How often it was started again. */
  restarts(): number;
  /** Its answer; `null` when it has none in time, or does not run. */
  ask(question: Question): Promise<unknown>;
  /** The first time it was ready. Rejects with `ChildFailed` when it ended before that, and is then not started again: it would only fail again. */
  readonly ready: Promise<ReadyMessage>;
  /** Ends the restarts, asks it to stop and resolves when it has ended. */
  stop(): Promise<void>;
  /** Ends the restarts and the process, now. */
  kill(): void;
}

/** A child that ended before it was ready for the first time. It has said why itself. */
export class ChildFailed extends Error {
  override readonly name = 'ChildFailed';
  constructor(
    readonly child: string,
    readonly exitCode: number,
    how = `ended before it was ready (exit code ${exitCode})`,
  ) {
    super(`${child} ${how}`);
  }
}

/** The first restart is immediate: an accident should cost nothing. A process that keeps dying may not burn the machine. */
const RESTART_MS = [0, 100, 200, 500, 1000, 2000, 5000] as const;
/** A process that did its work for this long has not failed at starting; its death counts as the first. */
const STEADY_MS = 2000;
const GRACE_MS = 30_000;

/** Starts a child and starts it again whenever it ends without having been asked to. `gather` asks all children for one of them. */
export function superviseChild(spec: ChildSpec, log: (event: ChildEvent) => void, gather: Gather): SupervisedChild {
  let child: ChildProcess | null = null;
  let stopping = false;
  let failures = 0;
  let restarts = 0;
  let isReady = false;
  let restart: NodeJS.Timeout | undefined;
  let ended: Promise<void> = Promise.resolve();
  const ready = deferred<ReadyMessage>();
  let wasReady = false;

  const start = (): void => {
    let readyAt: number | null = null;
    const running = launch(spec);
    child = running;
    isReady = false;
    serveGather(running, gather);
    running.on('message', (message) => {
      if (!saysReady(message)) return;
      readyAt = performance.now();
      wasReady = true;
      isReady = true;
      log({ event: 'child-ready', child: spec.name, pid: running.pid ?? -1 });
      ready.resolve(message);
    });
    ended = new Promise((resolve) => {
      const over = (code: number | null, signal: string | null): void => {
        child = null;
        isReady = false;
        resolve();
        // Without effect on one that was ready.
        ready.reject(new ChildFailed(spec.name, code ?? 1, stopping ? 'was stopped before it was ready' : undefined));
        if (!stopping) died(code, signal, readyAt);
      };
      running.once('error', () => over(1, null));
      running.once('exit', over);
    });
  };
  const died = (code: number | null, signal: string | null, readyAt: number | null): void => {
    const steady = readyAt !== null && performance.now() - readyAt >= (spec.steadyMs ?? STEADY_MS);
    failures = steady ? 1 : failures + 1;
    const restartInMs = wasReady ? (RESTART_MS[Math.min(failures, RESTART_MS.length) - 1] ?? 0) : null;
    log({ event: 'child-died', child: spec.name, code, signal, restartInMs });
    if (restartInMs === null) return;
    restarts += 1;
    restart = setTimeout(start, restartInMs);
  };
  const cease = (): void => {
    stopping = true;
    clearTimeout(restart);
  };
  const kill = (): void => {
    cease();
    child?.kill('SIGKILL');
  };
  const stop = async (): Promise<void> => {
    cease();
    child?.kill('SIGTERM');
    const patience = setTimeout(() => {
      log({ event: 'child-killed', child: spec.name, reason: `did not stop within ${spec.graceMs ?? GRACE_MS} ms` });
      kill();
    }, spec.graceMs ?? GRACE_MS);
    await ended;
    clearTimeout(patience);
  };
  start();
  return {
    spec,
    pid: () => child?.pid ?? null,
    isReady: () => isReady,
    restarts: () => restarts,
    ask: async (question) => (child === null || spec.answers === 'nothing' ? null : askChild(child, question)),
    ready: ready.promise,
    stop,
    kill,
  };
}

/**
 * Output is inherited, so that log lines arrive whole and unchanged. A session of its own keeps a terminal's Ctrl-C from
 * the child, which would otherwise stop out of order; that the supervisor is gone it learns from the closed channel.
 */
function launch(spec: ChildSpec): ChildProcess {
  return spawn(process.execPath, [...nodeArguments(spec.module), spec.module, ...(spec.args ?? [])], {
    detached: true,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

function saysReady(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'ready' in message && message.ready === true;
}
