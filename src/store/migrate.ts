import { runner } from 'node-pg-migrate';
import pg from 'pg';

/** The logins that migrations create; their passwords are set again by each run, so that they follow the master key. */
export interface RolePasswords {
  readonly app: string;
  readonly relay: string;
  readonly queue: string;
}

/** One run at a time, also across databases' names: roles belong to the whole cluster. */
const LOCK = 7_143_221_906;

/**
 * Brings the schema up to this version: roles first, then the files of `dir` in order, then this month's partitions.
 * `also` runs on the same connection before the lock is let go. Throws when the owner may not create roles.
 */
export async function migrateStore(options: {
  readonly ownerUrl: string;
  readonly dir: string;
  readonly passwords: RolePasswords;
  readonly also: (client: pg.Client) => Promise<void>;
}): Promise<void> {
  const client = new pg.Client({ connectionString: options.ownerUrl, application_name: 'interline-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await createRoles(client, options.passwords);
    const quiet = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (text: string) => process.stderr.write(`${text}\n`),
    };
    await runner({
      dbClient: client,
      dir: options.dir,
      direction: 'up',
      migrationsTable: 'migration',
      advisoryLockMode: 'wait',
      logger: quiet,
    });
    await client.query('SELECT ensure_partitions()');
    await options.also(client);
  } finally {
    await client.end();
  }
}

async function createRoles(client: pg.Client, passwords: RolePasswords): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    const name = pg.escapeIdentifier(`interline_${role}`);
    await client.query(
      `DO $$ BEGIN CREATE ROLE ${name} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    await client.query(`ALTER ROLE ${name} LOGIN PASSWORD ${pg.escapeLiteral(String(password))}`);
  }
}
