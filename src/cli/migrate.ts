import { startEmbeddedPostgres } from '../process/embedded-postgres.js';
import { masterKeyOf } from '../process/master-key.js';
import type { Verb } from './verb.js';

/** `interline migrate`. */
export const migrate: Verb = {
  name: 'migrate',
  summary: 'bring the database up to this version',
  description:
    'Applies the migrations that the database lacks, and sets the passwords of the roles that the processes connect as. ' +
    'Several at once are safe: they wait for each other. DATABASE_URL has to name the owner of the database.',
  example: {
    command: 'DATABASE_URL=postgres://owner:secret@db/interline interline migrate',
    purpose: 'before the processes of a new version start',
  },
  act: async ({ environment, json }) => {
    const embedded =
      environment.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: environment.dataDir }) : null;
    try {
      const ownerUrl = environment.databaseUrl ?? embedded?.url ?? '';
      // Loaded here: the other verbs should not wait for the store.
      const { migrate: apply } = await import('../compose/migrate.js');
      await apply({ ownerUrl, masterKey: masterKeyOf(environment) });
    } finally {
      await embedded?.stop();
    }
    console.log(json ? JSON.stringify({ migrated: true }) : 'The database is up to date.');
    return 0;
  },
};
