import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../src/process/free-port.js';
import { spawnWatched } from '../../src/process/watched-child.js';

/** A Redis of the soak's own, as production would set it: append-only, no eviction. It comes back whenever it ends. */
export interface SoakRedis {
  readonly url: string;
  /** Forgets every job, as an operator's mistake would. */
  flush(): Promise<void>;
  /** Ends the server as a machine would; it is started again on its data. False while it is not up. */
  kill(): Promise<boolean>;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<SoakRedis> {
  const directory = mkdtempSync(path.join(tmpdir(), 'interline-soak-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  let stopping = false;
  let server = spawnWatched('redis-server', args, { stopSignal: 'TERM', env: process.env });
  const ended = async (): Promise<void> => {
    for (;;) {
      const running = server;
      await new Promise((resolve) => running.once('exit', resolve));
      running.stdin?.end();
      if (stopping) return;
      server = spawnWatched('redis-server', args, { stopSignal: 'TERM', env: process.env });
    }
  };
  const over = ended();
  await answering(url);
  return {
    url,
    flush: () =>
      asClient(url, async (redis) => {
        await redis.flushall();
      }),
    kill: () => killServer(url),
    stop: async () => {
      stopping = true;
      server.stdin?.end();
      await over;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The shell that watches the server ends with it. */
async function killServer(url: string): Promise<boolean> {
  let killed = false;
  await asClient(url, async (redis) => {
    const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
    process.kill(pid, 'SIGKILL');
    killed = true;
  }).catch(() => undefined);
  return killed;
}

const ANSWERS_WITHIN_MS = 10_000;

async function answering(url: string): Promise<void> {
  const until = performance.now() + ANSWERS_WITHIN_MS;
  for (;;) {
    try {
      await asClient(url, async (redis) => {
        await redis.ping();
      });
      return;
    } catch (error) {
      if (performance.now() > until) throw new Error('redis-server did not start; is it installed?', { cause: error });
      await pause(50);
    }
  }
}

async function asClient(url: string, act: (redis: Redis) => Promise<void>): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  await redis.connect();
  try {
    await act(redis);
  } finally {
    redis.disconnect();
  }
}
