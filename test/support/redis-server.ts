import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../src/process/free-port.js';
import { spawnWatched } from '../../src/process/watched-child.js';

export interface TestRedis {
  /** Without a database number. */
  readonly url: string;
  /** A directory with one empty file per database that the tests may use. */
  readonly databases: string;
  stop(): Promise<void>;
}

/**
 * The Redis of a test run: the one given, of which only databases that are empty are used, and emptied again; else a private one when
 * there is a `redis-server`; else `null`, and one line says so.
 */
export async function startTestRedis(given: string | undefined): Promise<TestRedis | null> {
  if (given !== undefined && given !== '') return await borrowed(given);
  if (spawnSync('redis-server', ['--version']).status === 0) return await startPrivate();
  process.stderr.write(
    'tests: no Redis (REDIS_URL is not set, redis-server is not on the PATH); the queue tests run on PostgreSQL only\n',
  );
  return null;
}

const PRIVATE_DATABASES = 512;
const BORROWED_DATABASES = 16;

async function startPrivate(): Promise<TestRedis> {
  const directory = mkdtempSync(path.join(tmpdir(), 'interline-test-redis-'));
  const port = await freePort();
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    databases: String(PRIVATE_DATABASES),
    save: '',
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawnWatched('redis-server', args, { stopSignal: 'TERM', env: process.env });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = `redis://127.0.0.1:${port}`;
  await answering(url, exited);
  const databases = freeDatabases(Array.from({ length: PRIVATE_DATABASES }, (_, index) => index));
  return {
    url,
    databases,
    stop: async () => {
      server.stdin?.end();
      await exited;
      for (const made of [directory, databases]) rmSync(made, { recursive: true, force: true });
    },
  };
}

async function borrowed(given: string): Promise<TestRedis | null> {
  const url = given.replace(/\/\d*$/, '');
  const numbers = await emptyDatabases(url);
  if (numbers.length === 0) {
    process.stderr.write('tests: REDIS_URL has no empty database; the queue tests run on PostgreSQL only\n');
    return null;
  }
  const databases = freeDatabases(numbers);
  return {
    url,
    databases,
    stop: async () => {
      const used = readdirSync(databases).filter((name) => name.startsWith('taken-'));
      await withRedis(url, async (redis) => {
        for (const name of used)
          await redis
            .multi()
            .select(Number(name.slice('taken-'.length)))
            .flushdb()
            .exec();
      });
      rmSync(databases, { recursive: true, force: true });
    },
  };
}

function freeDatabases(numbers: readonly number[]): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'interline-test-redis-databases-'));
  for (const number of numbers) writeFileSync(path.join(directory, String(number)), '');
  return directory;
}

async function emptyDatabases(url: string): Promise<number[]> {
  const empty: number[] = [];
  await withRedis(url, async (redis) => {
    for (let number = 0; number < BORROWED_DATABASES; number += 1) {
      await redis.select(number);
      if ((await redis.dbsize()) === 0) empty.push(number);
    }
  });
  return empty;
}

/** Resolves once the server answers; rejects if it ends before. */
async function answering(url: string, exited: Promise<void>): Promise<void> {
  const ended = exited.then(() => Promise.reject(new Error('redis-server ended at once')));
  ended.catch(() => undefined);
  for (;;) {
    try {
      await Promise.race([ended, withRedis(url, (redis) => redis.ping())]);
      return;
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('closed'))) throw error;
      await sleep(20);
    }
  }
}

async function withRedis(url: string, act: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  await redis.connect();
  try {
    await act(redis);
  } finally {
    redis.disconnect();
  }
}
