import { readdirSync, renameSync } from 'node:fs';
import path from 'node:path';

/**
 * A Redis database that no other caller of this run is given, as a URL; `null` without Redis, and the test then runs on PostgreSQL
 * only, which the global set-up has said. Each free database is a file in a directory, and taking one is renaming it.
 */
export function redisUrl(): string | null {
  const { TEST_REDIS_URL: server, TEST_REDIS_DATABASES: directory } = process.env;
  if (server === undefined || directory === undefined) return null;
  for (const name of readdirSync(directory).filter((file) => /^\d+$/.test(file))) {
    if (taken(directory, name)) return `${server}/${name}`;
  }
  throw new Error(
    'the tests have used up the databases of the Redis server; give more in test/support/redis-server.ts',
  );
}

function taken(directory: string, name: string): boolean {
  try {
    renameSync(path.join(directory, name), path.join(directory, `taken-${name}`));
    return true;
  } catch {
    return false;
  }
}
