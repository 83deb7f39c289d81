import type { Queryable } from './queue-canary.js';

/** The database's time, in Unix milliseconds. */
export async function databaseTime(database: Queryable): Promise<number> {
  const told = await database.query<{ ms: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
  );
  return told.rows[0]?.ms ?? Number.NaN;
}
