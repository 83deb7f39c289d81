import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { masterKeyFromBytes, rolePassword } from '../../src/privacy/master-key.js';
import type { QueuePlace } from '../../src/queue/backend.js';
import { roleUrl } from '../../src/store/pools.js';
import { freshDatabase, testMasterKey } from '../support/database.js';
import { redisUrl } from '../support/redis.js';

/** Somewhere for queues to live that no other test sees. */
export interface TestPlace {
  readonly place: QueuePlace;
  /** How many connections the queue holds there. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

async function onPostgres(): Promise<TestPlace> {
  const database = await freshDatabase();
  const looking = new pg.Client({ connectionString: database.ownerUrl });
  await looking.connect();
  return {
    place: {
      kind: 'postgres',
      url: roleUrl(database.ownerUrl, 'queue', rolePassword(masterKeyFromBytes(testMasterKey()), 'queue')),
    },
    connections: async () => {
      const found = await looking.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND usename = 'interline_queue'`,
      );
      return found.rows[0]?.n ?? 0;
    },
    close: async () => {
      await looking.end();
      await database.drop();
    },
  };
}

async function onRedis(url: string): Promise<TestPlace> {
  const looking = new Redis(url);
  const number = new URL(url).pathname.slice(1);
  return {
    place: { kind: 'redis', urls: [url], prefix: `{t${randomBytes(4).toString('hex')}}` },
    connections: async () => {
      const clients = String(await looking.client('LIST')).split('\n');
      return clients.filter((line) => line.includes(` db=${number} `)).length - 1;
    },
    close: async () => {
      looking.disconnect();
    },
  };
}

/** Both backends, or PostgreSQL alone where there is no Redis, which the global set-up has said. */
export function testPlaces(): { readonly queue: string; readonly open: () => Promise<TestPlace> }[] {
  const url = redisUrl();
  return [
    { queue: 'PostgreSQL', open: onPostgres },
    ...(url === null ? [] : [{ queue: 'Redis', open: () => onRedis(url) }]),
  ];
}
