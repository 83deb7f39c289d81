import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { openGateway } from '../../src/compose/gateway.js';
import { demoKeys, seed } from '../../src/compose/seed.js';
import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { createApp } from '../../src/http/app.js';
import { readContract } from '../../src/http/contract-document.js';
import { createServer } from '../../src/http/server.js';
import { exposition } from '../../src/observe/exposition.js';
import { createLogger } from '../../src/observe/log.js';
import { mintApiKey } from '../../src/privacy/api-key.js';
import { startSandbox } from '../../sandbox/server.js';
import { freshDatabase, testMasterKey, ownerPool } from '../support/database.js';
import { controlOf } from './control.js';
import { asker, type Door } from './door.js';
import { type EchoingSupplier, openEchoingSupplier } from './echoing-supplier.js';

/** What its requests are counted under. */
export const ROUTES = Object.keys(readContract().paths);

/** A gateway of which everything is kept that it answers, logs, stores or tells its queue. */
export interface WatchedGateway extends Pick<Door, 'ask' | 'sandbox' | 'sql' | 'url'> {
  /** What was seen, as text by its place: `answers`, `log`, `metrics`, `redis`, and `table …` for each table looked at. */
  readonly seen: ReadonlyMap<string, string>;
  readonly supplier: EchoingSupplier;
  readonly adminKey: string;
  /** `ask` that keeps nothing. */
  readonly askUnwatched: Door['ask'];
  /** Looks at all rows of all tables, those of the queue included, and at all metrics; bytes are hexadecimal. */
  noteTables(): Promise<void>;
  close(): Promise<void>;
}

export async function openWatchedGateway(redisUrl: string | null): Promise<WatchedGateway> {
  const seen = new Map<string, string>();
  const note = (place: string, text: string): void => void seen.set(place, `${seen.get(place) ?? ''}${text}\n`);
  const database = await freshDatabase();
  const owner = ownerPool(database.ownerUrl);
  const schemes = loadSchemes(fromRoot('schemes'));
  const sandbox = await startSandbox({
    port: 0,
    host: '127.0.0.1',
    schemeDirectories: [fromRoot('schemes')],
    pushUrls: {},
  });
  const supplier = await openEchoingSupplier(sandbox.url);
  const [masterKey, key, token] = [testMasterKey(), mintApiKey('test').token, () => mintApiKey('test').token];
  const adminKey = token();
  const keys = demoKeys({ platformKey: key, otherPlatformKey: token(), supportKey: token(), adminKey });
  await seed({ ownerUrl: database.ownerUrl, masterKey, schemes, sandboxUrl: supplier.url, keys });
  const stopWatching = redisUrl === null ? () => undefined : await watchRedis(redisUrl, (line) => note('redis', line));

  const log = createLogger({ level: 'debug', name: 'watched', destination: { write: (line) => note('log', line) } });
  const gateway = await openGateway({
    databaseUrl: database.ownerUrl,
    masterKey,
    redisUrls: redisUrl === null ? null : [redisUrl],
    queuePrefix: `{w${randomBytes(4).toString('hex')}}`,
    schemes,
    log,
    routes: ROUTES,
  });
  gateway.startWorker();
  gateway.startScheduler();
  const metricsHook = gateway.metrics.request;
  const server = createServer(
    createApp({ ...gateway, ready: async () => ({ ok: true, checks: {} }), log, metricsHook }),
  );
  const url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;

  const askUnwatched = asker(url, key);
  const sql: Door['sql'] = async <Row extends object>(text: string, values: readonly unknown[] = []) =>
    (await owner.query(text, [...values])).rows as Row[];
  return {
    url,
    seen,
    supplier,
    adminKey,
    sql,
    askUnwatched,
    ask: async (...asked) => {
      const answer = await askUnwatched(...asked);
      note('answers', `${JSON.stringify([...answer.headers])} ${answer.text}`);
      return answer;
    },
    sandbox: controlOf(sandbox.url),
    noteTables: async () => {
      for (const { name } of await sql<{ name: string }>(TABLES)) {
        const rows = await sql<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
        note(`table ${name}`, rows.map(({ text }) => text).join('\n'));
      }
      note('metrics', await exposition(new Map([['watched', await gateway.vitals.report('own and fleet')]])));
    },
    close: async () => {
      await server.stop(1_000);
      await gateway.close();
      stopWatching();
      await supplier.close();
      await sandbox.stop();
      await owner.end();
      await database.drop();
    },
  };
}

const TABLES = `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;

/** Everything that is said to a Redis, scripts' own commands included. */
async function watchRedis(url: string, keep: (line: string) => void): Promise<() => void> {
  const redis = new Redis(url);
  const monitor = await redis.monitor();
  monitor.on('monitor', (_time: string, args: readonly string[]) => {
    keep(args.join(' '));
  });
  return () => {
    monitor.disconnect();
    redis.disconnect();
  };
}
