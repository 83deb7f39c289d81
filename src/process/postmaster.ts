import type { ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { CLEAN_ENVIRONMENT, type PostgresAccount, runAs } from './postgres-account.js';
import { processIdentity } from './process-identity.js';
import { StartRefused } from './start-refused.js';
import { spawnWatched } from './watched-child.js';

export interface PostmasterPlan {
  readonly program: string;
  readonly account: PostgresAccount;
  readonly cluster: string;
  readonly ephemeral: boolean;
  /** The port to listen on; any free one without it. */
  readonly port?: number | undefined;
  readonly log: (line: string) => void;
}

/** A running server. `exited` resolves with its last words however it ended; `stop` disconnects everybody and resolves when it has ended. */
export interface Postmaster {
  readonly port: number;
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** How long a former server of the same cluster may take to end: a fast shutdown writes a checkpoint. */
const FORMER_SERVER_MS = 30_000;
const FAST_SHUTDOWN_MS = 20_000;

/**
 * Starts PostgreSQL on a cluster whose owner lock we hold. Waits while the processes of a former server still hold its shared memory,
 * and never takes over a server that goes on running: then, and for any other failure, `StartRefused`.
 */
export async function startPostmaster(plan: PostmasterPlan): Promise<Postmaster> {
  const giveUpAt = performance.now() + FORMER_SERVER_MS;
  for (let attempt = 1; ; attempt += 1) {
    forgetReusedPid(plan.cluster);
    const launched = await launch(plan, plan.port ?? (await freePort()));
    if (launched.ok) return launched.postmaster;
    const waiting = launched.failure === 'former-server' || launched.failure === 'port-taken';
    if (!waiting || performance.now() > giveUpAt) throw refusal(launched.failure, launched.detail, plan.cluster);
    if (attempt === 1) plan.log(`waiting: ${launched.failure === 'former-server' ? FORMER : 'the port is taken'}`);
    await sleep(200);
  }
}

const FORMER = 'the former database server on this data has not ended yet';

type Failure = 'former-server' | 'port-taken' | 'other';
type Launched =
  | { readonly ok: true; readonly postmaster: Postmaster }
  | { readonly ok: false; readonly failure: Failure; readonly detail: string };

async function launch(plan: PostmasterPlan, port: number): Promise<Launched> {
  const child = spawnWatched(plan.program, serverArguments(plan, port), {
    stopSignal: 'INT',
    env: CLEAN_ENVIRONMENT,
    ...runAs(plan.account),
  });
  const said: string[] = [];
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => {
      // Were only the watching shell killed, its guard stops the server at the end of this pipe.
      child.stdin?.end();
      resolve(said.join('\n'));
    });
  });
  const ready = new Promise<true>((resolve) => {
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      said.splice(0, said.length - 20);
      plan.log(line);
      if (line.includes('database system is ready to accept connections')) resolve(true);
    });
  });
  const first = await Promise.race([ready, exited]);
  if (first === true) return { ok: true, postmaster: { port, exited, stop: () => stop(child, exited, plan.cluster) } };
  return { ok: false, failure: failureOf(first), detail: first };
}

function serverArguments({ cluster, ephemeral }: PostmasterPlan, port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    ...(ephemeral ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  return ['-D', cluster, '-p', String(port), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])];
}

/** The words are PostgreSQL's own; LC_ALL=C keeps them English. */
function failureOf(output: string): Failure {
  if (/pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(output))
    return 'former-server';
  return /could not bind|could not create any TCP\/IP sockets/.test(output) ? 'port-taken' : 'other';
}

function refusal(failure: Failure, detail: string, cluster: string): StartRefused {
  const pid = postmasterPid(cluster);
  switch (failure) {
    case 'former-server':
      return new StartRefused(
        `another PostgreSQL server${pid === null ? '' : ` (process ${pid})`} is running on ${cluster} and is not ours to stop; stop it first`,
      );
    case 'port-taken':
      return new StartRefused('the embedded database found no free port on 127.0.0.1');
    case 'other': {
      const fatal = detail.split('\n').find((line) => /FATAL|PANIC/.test(line)) ?? detail.split('\n').at(-1) ?? '';
      return new StartRefused(`the embedded database did not start on ${cluster}: ${fatal}`);
    }
    default:
      return failure satisfies never;
  }
}

async function stop(child: ChildProcess, exited: Promise<string>, cluster: string): Promise<void> {
  child.stdin?.end();
  const patience = setTimeout(() => {
    const pid = postmasterPid(cluster);
    if (pid !== null && processIdentity(pid)?.command === 'postgres') process.kill(pid, 'SIGQUIT');
  }, FAST_SHUTDOWN_MS);
  await exited;
  clearTimeout(patience);
}

/** The pid in `postmaster.pid`, whether or not it lives. */
export function postmasterPid(cluster: string): number | null {
  try {
    const pid = Number(readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/**
 * PostgreSQL refuses a cluster whose pid file names a living process of its user, whatever that process is: after the power fails, or
 * in a container that was killed, often one of ours. The check for shared memory that is still in use does not rest on the file.
 */
function forgetReusedPid(cluster: string): void {
  const pid = postmasterPid(cluster);
  const holder = pid === null ? null : processIdentity(pid);
  if (holder !== null && holder.command !== 'postgres') rmSync(path.join(cluster, 'postmaster.pid'), { force: true });
}
