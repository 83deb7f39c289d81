// Plain JavaScript: jest runs this outside its module registry, where neither its transforms nor its name mapping apply.
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { tsImport } from 'tsx/esm/api';

const TEMPLATE = 'interline_template';

/** One PostgreSQL for all test workers, with the migrations in a template to copy; a Redis too where there is one. */
export default async function setup() {
  const { startEmbeddedPostgres } = await tsImport('../src/process/embedded-postgres.ts', import.meta.url);
  const { startTestRedis } = await tsImport('./support/redis-server.ts', import.meta.url);
  const database = await startEmbeddedPostgres({
    dataDir: mkdtempSync(path.join(tmpdir(), 'interline-test-')),
    ephemeral: true,
  });
  globalThis.interlineTestServers = [database];
  process.env.TEST_PG_URL = database.url;
  process.env.TEST_MASTER_KEY = randomBytes(32).toString('base64');
  try {
    await makeTemplate(database.url);
  } catch (error) {
    // After a failed set-up jest calls no teardown.
    await database.stop();
    throw error;
  }

  const redis = await startTestRedis(process.env.REDIS_URL);
  if (redis === null) return;
  globalThis.interlineTestServers.unshift(redis);
  process.env.TEST_REDIS_URL = redis.url;
  process.env.TEST_REDIS_DATABASES = redis.databases;
}

async function makeTemplate(ownerUrl) {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
    await migrate(ownerUrl);
    // Whoever is connected to a template keeps it from being copied; so nobody may.
    await client.query(`ALTER DATABASE ${TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  } finally {
    await client.end();
  }
}

async function migrate(ownerUrl) {
  const module = await tsImport('../src/compose/migrate.ts', import.meta.url);
  const url = new URL(ownerUrl);
  url.pathname = `/${TEMPLATE}`;
  await module.migrate({ ownerUrl: url.href, masterKey: Buffer.from(process.env.TEST_MASTER_KEY, 'base64') });
}
