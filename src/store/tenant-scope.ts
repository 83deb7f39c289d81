import type pg from 'pg';
import { type Commit, crashPoint } from '../spec/crash-point.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a transaction's commit is called, which may depend on what it did; none where nothing hangs on it. */
type Named<T> = Commit | ((result: T) => Commit | undefined);

/**
 * Runs a transaction that sees the rows of these tenants and no others. Reads and single acts name exactly one; only the write
 * batcher names several, for rows that carry their authenticated tenant. Rolls back when `work` throws.
 */
export async function asTenants<T>(
  pool: pg.Pool,
  tenantIds: readonly string[],
  work: (client: pg.PoolClient) => Promise<T>,
  commit?: Named<T>,
): Promise<T> {
  const list = [...new Set(tenantIds)];
  if (list.length === 0 || !list.every((id) => UUID.test(id))) throw new RangeError('a transaction needs its tenants');
  return inTransaction(pool, `SET LOCAL interline.tenants = '{${list.join(',')}}'`, work, commit);
}

/** Runs a transaction of a role that is not bound to tenants. */
export async function asRole<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  commit?: Named<T>,
): Promise<T> {
  return inTransaction(pool, '', work, commit);
}

async function inTransaction<T>(
  pool: pg.Pool,
  setting: string,
  work: (client: pg.PoolClient) => Promise<T>,
  commit: Named<T> | undefined,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(`BEGIN;${setting}`);
    const result = await work(client);
    const name = typeof commit === 'function' ? commit(result) : commit;
    if (name !== undefined) crashPoint(`before-${name}`);
    await client.query('COMMIT');
    if (name !== undefined) crashPoint(`after-${name}`);
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failed: unknown) => {
      broken = failed instanceof Error ? failed : new Error('rollback failed');
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
