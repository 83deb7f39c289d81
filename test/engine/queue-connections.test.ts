import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { masterKeyFromBytes, rolePassword } from '../../src/privacy/master-key.js';
import { openBackend, type QueuePlace } from '../../src/queue/backend.js';
import { roleUrl } from '../../src/store/pools.js';
import { type FreshDatabase, freshDatabase, testMasterKey } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { redisUrl } from '../support/redis.js';

interface Place {
  readonly place: QueuePlace;
  /** How many connections the queue holds there. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

async function onPostgres(): Promise<Place> {
  const database: FreshDatabase = await freshDatabase();
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

async function onRedis(url: string): Promise<Place> {
  const looking = new Redis(url);
  const number = new URL(url).pathname.slice(1);
  return {
    place: { kind: 'redis', urls: [url] },
    connections: async () => {
      const clients = String(await looking.client('LIST')).split('\n');
      return clients.filter((line) => line.includes(` db=${number} `)).length - 1;
    },
    close: async () => {
      looking.disconnect();
    },
  };
}

const url = redisUrl();
const backends: { queue: string; open: () => Promise<Place> }[] = [
  { queue: 'PostgreSQL', open: onPostgres },
  ...(url === null ? [] : [{ queue: 'Redis', open: () => onRedis(url) }]),
];

describe.each(backends)('a queue on $queue', ({ open }) => {
  let at: Place;
  beforeAll(async () => {
    at = await open();
  });
  afterAll(() => at.close());

  it('that is closed, as after a failure, leaves no connection behind', async () => {
    const backend = openBackend(at.place);
    for (let round = 0; round < 3; round += 1) {
      const queue = backend.queue('live');
      queue.on('error', () => undefined);
      await queue.waitUntilReady();
      expect(await at.connections()).toBeGreaterThan(0);
      await queue.close();
      await eventually(
        () => at.connections(),
        (count) => count === 0,
      );
    }
    backend.close();
  });
});
