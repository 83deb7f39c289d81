import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Queryable } from './queue-canary.js';

/** How a database stands to the migrations of this version; `newest` is the last one that it has, `null` before the first. */
export interface SchemaVersion {
  readonly newest: string | null;
  /** Ours that have not run. */
  readonly missing: readonly string[];
}

/** The names of the migrations in a directory, in order. */
export function migrationsIn(dir: string): string[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => path.basename(file, '.sql'))
    .sort();
}

/** A database that has more than ours serves this version too: the next one's processes are about to replace it. */
export async function schemaVersion(database: Queryable, ours: readonly string[]): Promise<SchemaVersion> {
  const table = await database.query<{ there: boolean }>(`SELECT to_regclass('public.migration') IS NOT NULL AS there`);
  if (table.rows[0]?.there !== true) return { newest: null, missing: ours };
  const run = await database.query<{ name: string }>('SELECT name FROM migration ORDER BY id');
  const names = new Set(run.rows.map(({ name }) => name));
  return { newest: run.rows.at(-1)?.name ?? null, missing: ours.filter((name) => !names.has(name)) };
}
