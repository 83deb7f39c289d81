import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { assertBoundByTenancy } from '../../src/store/boot-check.js';
import { openStoreBench, type StoreBench } from './store-bench.js';

let bench: StoreBench;
const made: { readonly pools: pg.Pool[]; readonly roles: string[] } = { pools: [], roles: [] };
beforeAll(async () => {
  bench = await openStoreBench();
});
afterEach(async () => {
  await Promise.all(made.pools.splice(0).map((pool) => pool.end()));
  for (const role of made.roles.splice(0))
    await bench.owner.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`);
});
afterAll(() => bench.close());

/** A login of its own with these attributes; roles belong to the cluster, so its name is nobody else's. */
async function loginWith(attributes: string, grant: (role: string) => string = () => ''): Promise<pg.Pool> {
  const role = `boot_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(16).toString('hex');
  made.roles.push(role);
  await bench.owner.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}' ${attributes}; ${grant(role)}`);
  const url = new URL(bench.ownerUrl);
  url.username = role;
  url.password = password;
  const pool = new pg.Pool({ connectionString: url.href, max: 1 });
  made.pools.push(pool);
  return pool;
}

describe('a process starts', () => {
  it('with the login that migrations made for it', async () => {
    await expect(assertBoundByTenancy(bench.pools.app)).resolves.toBeUndefined();
  });

  it('not as the owner of the database', async () => {
    await expect(assertBoundByTenancy(bench.owner)).rejects.toMatchObject({
      name: 'UnsafeLogin',
      message: expect.stringContaining('interline migrate'),
    });
  });

  it.each([
    ['a superuser', 'SUPERUSER', () => ''],
    ['a login that may pass by row-level security', 'NOSUPERUSER BYPASSRLS', () => ''],
    ['the owner of a table', 'NOSUPERUSER', (role: string) => `ALTER TABLE link OWNER TO ${role}`],
    [
      'a member of the role that owns the tables',
      'NOSUPERUSER',
      (role: string) => `DO $$ BEGIN EXECUTE format('GRANT %I TO ${role}', current_user); END $$`,
    ],
  ])('not as %s', async (_name, attributes, grant) => {
    const pool = await loginWith(attributes, grant);
    await expect(assertBoundByTenancy(pool)).rejects.toMatchObject({ name: 'UnsafeLogin' });
  });

  it('as a plain login', async () => {
    await expect(assertBoundByTenancy(await loginWith('NOSUPERUSER'))).resolves.toBeUndefined();
  });

  it.each(['DISABLE', 'NO FORCE'])('not where row-level security is switched off: %s', async (how) => {
    const again = how === 'DISABLE' ? 'ENABLE' : 'FORCE';
    await bench.owner.query(`ALTER TABLE operation ${how} ROW LEVEL SECURITY`);
    try {
      await expect(assertBoundByTenancy(bench.pools.app)).rejects.toThrow(
        /row-level security is not forced on: operation;/,
      );
    } finally {
      await bench.owner.query(`ALTER TABLE operation ${again} ROW LEVEL SECURITY`);
    }
    await expect(assertBoundByTenancy(bench.pools.app)).resolves.toBeUndefined();
  });

  it('not with a table of tenants that somebody added without it', async () => {
    await bench.owner.query('CREATE TABLE added (tenant_id uuid)');
    await expect(assertBoundByTenancy(bench.pools.app)).rejects.toThrow('added');
    await bench.owner.query('DROP TABLE added');
  });
});
