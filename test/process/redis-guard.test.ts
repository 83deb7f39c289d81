import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { refuseUnsafeQueue } from '../../src/compose/queue-guard.js';
import { readEnvironment } from '../../src/config/environment.js';
import { freePort } from '../../src/process/free-port.js';
import { examineRedis } from '../../src/queue/redis-guard.js';
import { redisUrl } from '../support/redis.js';
import { interline } from './interline.js';

const SAFE = 'redis_version:7.0.15\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n';
const FORGETFUL = SAFE.replace('aof_enabled:1', 'aof_enabled:0');
const EVICTING = SAFE.replace('noeviction', 'allkeys-lru');

describe('the guard of Redis', () => {
  const servers: Server[] = [];
  /** A Redis that says this of itself, or refuses with it, and knows these nodes of its cluster. */
  const redis = (info: string, nodes: readonly string[] = []): Promise<string> =>
    new Promise((resolve) => {
      const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
      const cluster = nodes.map((node, index) => `id${index} ${node} 0 0 1 connected 0-1`).join('\n');
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (data) => {
          const asked = data.toString('latin1').includes('CLUSTER') ? bulk(cluster) : bulk(info);
          socket.write(info.startsWith('-') ? `${info}\r\n` : asked);
        });
      });
      servers.push(server);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(`redis://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
      });
    });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const verdicts = async (...urls: string[]): Promise<string[]> =>
    (await examineRedis(urls)).map(({ verdict }) => verdict);

  it('lets pass what keeps what it acknowledges', async () => {
    expect(await verdicts(await redis(SAFE))).toEqual(['safe']);
    const real = redisUrl();
    if (real !== null) expect(await verdicts(real)).toEqual(['safe']);
  });

  it.each([
    ['forgets', FORGETFUL, 'unsafe'],
    ['evicts', EVICTING, 'unsafe'],
    ['says nothing of it', 'redis_version:7.0.15\r\n', 'secretive'],
    ['forbids asking', "-NOPERM this user has no permissions to run the 'info' command", 'secretive'],
    ['has no such command', "-ERR unknown command 'INFO'", 'secretive'],
    ['does not let in', '-WRONGPASS invalid username-password pair', 'unreachable'],
  ])('knows one that %s', async (_what, info, verdict) => {
    expect(await verdicts(await redis(info))).toEqual([verdict]);
  });

  it('asks every node of a cluster, also those it was not given, and none that is gone', async () => {
    const bare = (url: string): string => new URL(url).host;
    const hidden = await redis(EVICTING);
    const gone = `127.0.0.1:${await freePort()}@1 slave,fail`;
    const given = await redis(SAFE, [`${bare(hidden)}@1 master`, gone]);
    const found = await examineRedis([given]);
    expect(found.map(({ verdict, server }) => [verdict, server.endsWith(bare(hidden))])).toEqual([
      ['safe', false],
      ['unsafe', true],
    ]);
  });

  it('refuses the start with 78 and one line that says what to set', async () => {
    const { code, stdout, stderr } = await interline(['start'], {
      INTERLINE_ROLES: 'api',
      DATABASE_URL: 'postgres://o:p@127.0.0.1:1/interline',
      REDIS_URL: await redis(FORGETFUL),
    });
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('set "appendonly yes"');
    expect(stderr).toContain('INTERLINE_REDIS_GUARD=off');
  });

  it('lets a start pass that was told to, and one whose Redis is only away', async () => {
    const passes = (variables: Record<string, string>) => refuseUnsafeQueue(readEnvironment(variables));
    const REDIS_URL = await redis(EVICTING);
    await expect(passes({ REDIS_URL })).rejects.toThrow('maxmemory-policy noeviction');
    await passes({ REDIS_URL, INTERLINE_REDIS_GUARD: 'off' });
    await passes({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    await passes({});
  });
});
