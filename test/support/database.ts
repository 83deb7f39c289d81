import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface FreshDatabase {
  /** The owner's connection, as `DATABASE_URL` would give it. */
  readonly ownerUrl: string;
  /** Disconnects whoever is still connected. */
  drop(): Promise<void>;
}

/** A database of its own with all migrations applied: a copy of the template that the global set-up made. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await asOwner(async (client) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.query(`CREATE DATABASE ${name} TEMPLATE interline_template`);
        return;
      } catch (error) {
        if (!isInUse(error) || attempt === 50) throw error;
        await sleep(100);
      }
    }
  });
  const url = new URL(clusterUrl());
  url.pathname = `/${name}`;
  return {
    ownerUrl: url.href,
    drop: () =>
      asOwner(async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/** The owner's own view of a test's database. That the database goes while a connection is still closing is nobody's error. */
export function ownerPool(ownerUrl: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool.on('error', () => undefined);
}

/** The master key that the template's roles got their passwords from. */
export function testMasterKey(): Buffer {
  return Buffer.from(required('TEST_MASTER_KEY'), 'base64');
}

function clusterUrl(): string {
  return required('TEST_PG_URL');
}

async function asOwner(act: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: clusterUrl() });
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}

/** 55006 object_in_use: somebody, autovacuum perhaps, is connected to the template. */
function isInUse(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '55006';
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; run the tests with jest's global set-up`);
  return value;
}
