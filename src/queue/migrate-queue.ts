import { runMigrations } from 'bullmq';
import { QUEUE_SCHEMA } from './queue-name.js';

type Migrator = Parameters<typeof runMigrations>[0];

/**
 * Creates or updates the queue's own schema for the PostgreSQL backend, and lets the queue's login use it and nothing else. It makes a
 * sequence for each queue on first use, hence CREATE.
 */
export async function migrateQueue(client: Migrator): Promise<void> {
  await runMigrations(client, QUEUE_SCHEMA);
  await client.query(`
    GRANT USAGE, CREATE ON SCHEMA ${QUEUE_SCHEMA} TO interline_queue;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO interline_queue;
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ${QUEUE_SCHEMA} TO interline_queue;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${QUEUE_SCHEMA} TO interline_queue;
    ALTER ROLE interline_queue SET synchronous_commit = off`);
}
