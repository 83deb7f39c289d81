import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClaimRequest } from '../../src/core/operation/ports.js';
import { dueOperations } from '../../src/store/due-operations.js';
import type { Pools } from '../../src/store/pools.js';
import { overdue } from '../../src/store/sweep.js';
import { CONNECTION, openStoreBench, SCHEME, type StoreBench, type Tenant } from '../store/store-bench.js';
import { explained } from './explained.js';

/** One tenant's backlog; reading it instead of a page of it shows. */
const BACKLOG = 20_000;

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
  const { owner, demo, other } = bench;
  await due(demo, { count: BACKLOG, state: 'queued', reference: 1 });
  await due(demo, { count: 2_000, state: 'unknown', reference: 100_000 });
  await due(other, { count: 1, state: 'queued', reference: 200_000 });
  await owner.query('ANALYZE');
});
afterAll(() => bench.close());

/** Operations that have been due for a while, the first for longest. */
function due(
  tenant: Tenant,
  { count, state, reference }: { readonly count: number; readonly state: string; readonly reference: number },
): Promise<unknown> {
  return bench.owner.query(
    `INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, reference, points, deadline_at, next_action_at,
       created_at, updated_at)
     SELECT $1, gen_random_uuid(), 'accrual', $6, $2, $3, $4, lpad(($7::int + n)::text, 20, '0'), 10, now() + interval '30 days',
       now() - interval '1 hour' + ($7::int + n) * interval '1 ms', now(), now() FROM generate_series(1, $5::int) AS n`,
    [tenant.id, SCHEME, CONNECTION, tenant.links[0], count, state, reference],
  );
}

const asked = (different: Partial<ClaimRequest> = {}): ClaimRequest => ({
  connectionId: CONNECTION,
  lane: 'live',
  hints: [],
  steps: 'any',
  limit: 20,
  leaseMs: 1,
  plan: () => ({ act: 'send' }),
  ...different,
});

/** The references of what is due next, in order. */
async function next(pools: Pools, different: Partial<ClaimRequest> = {}): Promise<string[]> {
  const refs = await dueOperations(pools, asked(different));
  const found = await bench.owner.query<{ reference: string }>(
    `SELECT ltrim(o.reference, '0') AS reference FROM unnest($1::uuid[]) WITH ORDINALITY AS r (id, n) JOIN operation o USING (id) ORDER BY n`,
    [refs.map(({ id }) => id)],
  );
  return found.rows.map(({ reference }) => reference);
}

describe('a long backlog', () => {
  it('of one tenant delays no other: they take turns, each one oldest first', async () => {
    const first = await next(bench.pools);
    expect(first.slice(0, 3)).toEqual(['2', '200001', '3']);
    expect(first).toHaveLength(11);
  });

  it('is given out a page at a time by reading little more than that page', async () => {
    const { pools, read } = explained(bench.pools);
    await dueOperations(pools, asked());
    await dueOperations(pools, asked({ lane: 'lookup' }));
    expect(read.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...read)).toBeLessThan(400);
  });

  it('of a connection that is paused is not read at all, and wakes nobody', async () => {
    await bench.owner.query(`UPDATE connection SET state = 'paused'`);
    try {
      const { pools, read } = explained(bench.pools);
      expect(await dueOperations(pools, asked())).toEqual([]);
      expect(await dueOperations(pools, asked({ lane: 'lookup' }))).toEqual([]);
      expect(await overdue(pools)).toEqual([]);
      expect(Math.max(...read)).toBeLessThan(50);
    } finally {
      await bench.owner.query(`UPDATE connection SET state = 'live'`);
    }
  });

  it('is not read for what needs no supplier while the gate is shut', async () => {
    const { pools, read } = explained(bench.pools);
    expect(await dueOperations(pools, asked({ steps: 'own' }))).toEqual([]);
    expect(Math.max(...read)).toBeLessThan(50);
  });

  it('costs as little among hundreds of tenants', async () => {
    await manyTenants(300);
    const { pools, read } = explained(bench.pools);
    const page = await dueOperations(pools, asked());
    expect(new Set(page.map(({ tenantId }) => tenantId)).size).toBe(20);
    expect(Math.max(...read)).toBeLessThan(5_000);
  });
});

/** Tenants with one operation each that is due, and as many with one that is not. */
async function manyTenants(count: number): Promise<void> {
  const subject = randomUUID();
  await bench.owner.query(
    `WITH t AS (INSERT INTO tenant (id, name) SELECT gen_random_uuid(), n::text FROM generate_series(1, $1::int) AS n RETURNING id, name),
      s AS (INSERT INTO subject (tenant_id, id, traveller_ref) SELECT id, $2, 'T' FROM t RETURNING 1),
      l AS (INSERT INTO link (tenant_id, id, subject_id, connection_id, scheme, traveller_ref, member_index, member_masked, key_version, state,
          verification, consent, created_at, updated_at)
        SELECT id, gen_random_uuid(), $2, $3, $4, 'T', sha256(id::text::bytea), '**', 1, 'active', 'none', '{}', now(), now() FROM t
        RETURNING tenant_id, id)
    INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, reference, points, deadline_at, next_action_at,
      created_at, updated_at)
    SELECT tenant_id, gen_random_uuid(), 'accrual', 'queued', $4, $3, id, lpad((300000 + row_number() OVER ())::text, 20, '0'), 1, now(),
      now() + CASE row_number() OVER () % 2 WHEN 0 THEN -1 ELSE 1 END * interval '1 minute', now(), now() FROM l`,
    [count, subject, CONNECTION, SCHEME],
  );
  await bench.owner.query('ANALYZE operation');
}
