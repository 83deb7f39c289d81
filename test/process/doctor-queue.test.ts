import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { checkQueue } from '../../src/cli/doctor/queue.js';
import { redisUrl } from '../support/redis.js';

/** What a Redis server would answer to what the check sends, byte for byte. */
const info = (fields: string): string => `$${Buffer.byteLength(fields)}\r\n${fields}\r\n`;

describe("doctor's check of the queue", () => {
  const servers: Server[] = [];
  /** A server that sends its answer in pieces, whatever it is asked. */
  const answering = (...pieces: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        for (const piece of pieces) socket.write(piece);
      });
      servers.push(server);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(`redis://:secret@127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
      });
    });

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('has nothing to say against the queue in PostgreSQL', async () => {
    expect(await checkQueue({ redisUrls: null, redisGuard: 'on' })).toEqual([
      { check: 'queue', ok: true, detail: 'in PostgreSQL (REDIS_URL is not set)' },
    ]);
  });

  it('passes a Redis that keeps what it acknowledges, and reads an answer that comes in pieces', async () => {
    const answer = info('# Server\r\nredis_version:7.0.15\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n');
    const address = await answering('+OK\r\n', answer.slice(0, 20), answer.slice(20));
    expect(await checkQueue({ redisUrls: [address], redisGuard: 'on' })).toMatchObject([
      { ok: true, detail: expect.stringContaining('Redis 7.0.15') as unknown },
    ]);
  });

  it.each([
    ['aof_enabled:0\r\nmaxmemory_policy:noeviction', 'appendonly yes'],
    ['aof_enabled:1\r\nmaxmemory_policy:allkeys-lru', 'maxmemory-policy noeviction'],
  ])('fails a Redis with %j', async (fields, advice) => {
    const address = await answering('+OK\r\n', info(fields));
    expect(await checkQueue({ redisUrls: [address], redisGuard: 'on' })).toMatchObject([
      { ok: false, advice: expect.stringContaining(advice) as unknown },
    ]);
  });

  it('says what the server says when it refuses, and what is wrong with one that is none', async () => {
    const refusing = await answering('-WRONGPASS invalid username-password pair\r\n');
    const other = await answering('HTTP/1.1 400 Bad Request\r\n\r\n');
    const findings = await checkQueue({ redisUrls: [refusing, other], redisGuard: 'on' });
    expect(findings.map(({ ok }) => ok)).toEqual([false, false]);
    expect(findings[0]?.detail).toContain('WRONGPASS');
    expect(findings[1]?.detail).toContain('not a Redis server');
    expect(JSON.stringify(findings)).not.toContain('secret');
  });

  it('passes the Redis of the tests, where there is one', async () => {
    const url = redisUrl();
    if (url === null) return;
    expect(await checkQueue({ redisUrls: [url], redisGuard: 'on' })).toMatchObject([{ ok: true }]);
  });
});
