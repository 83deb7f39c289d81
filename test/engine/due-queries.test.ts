import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pools } from '../../src/store/pools.js';
import { claimOperations } from '../../src/store/claim.js';
import { createInboundStore } from '../../src/store/inbound-store.js';
import { claimPendingLinks } from '../../src/store/pending-links.js';
import { forgetOldKeys, overdue } from '../../src/store/sweep.js';
import { CONNECTION, openStoreBench, SCHEME, type StoreBench } from '../store/store-bench.js';
import { explained } from './explained.js';

/** Enough that reading all of them instead of the few that are due shows. */
const ROWS = 20_000;

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
  const { owner, demo } = bench;
  await owner.query(
    `INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, reference, points, deadline_at, next_action_at,
       review_reason, created_at, updated_at)
     SELECT $1, gen_random_uuid(), 'accrual', CASE n % 2 WHEN 0 THEN 'needs-review' ELSE 'posted' END, $2, $3, $4,
       lpad(n::text, 20, '0'), 10, now() + interval '30 days', CASE n % 2 WHEN 0 THEN now() + n * interval '1 minute' END,
       CASE n % 2 WHEN 0 THEN 'absent' END, now(), now() FROM generate_series(1, $5::int) AS n`,
    [demo.id, SCHEME, CONNECTION, demo.links[0], ROWS],
  );
  await owner.query(
    `INSERT INTO idempotency_key (tenant_id, key, fingerprint, state, status, content_type, body, created_at)
     SELECT $1, n::text, '\\x00', 'done', 202, 'application/json', '{}', now() - n * interval '1 second' FROM generate_series(1, $2::int) AS n`,
    [demo.id, ROWS],
  );
  await owner.query(
    `INSERT INTO inbound_event (connection_id, event_id, state, notifications, next_action_at)
     SELECT $1, n::text, 'parked', '[]', now() + n * interval '1 minute' FROM generate_series(1, $2::int) AS n`,
    [CONNECTION, ROWS],
  );
  await owner.query(
    `INSERT INTO link (tenant_id, id, subject_id, connection_id, scheme, traveller_ref, member_index, member_masked, key_version, state,
       verification, consent, next_action_at, created_at, updated_at)
     SELECT tenant_id, gen_random_uuid(), subject_id, connection_id, scheme, traveller_ref, sha256(('p' || n)::bytea), '**', 1, 'pending',
       'supplier', '{}', now() + n * interval '1 minute', now(), now() FROM link, generate_series(1, $2::int) AS n WHERE id = $1`,
    [demo.links[0], ROWS],
  );
  await owner.query('ANALYZE');
});
afterAll(() => bench.close());

const due: [string, (pools: Pools) => Promise<unknown>][] = [
  [
    'what a connection has to do now',
    (pools) =>
      claimOperations(
        pools,
        {
          connectionId: CONNECTION,
          lane: 'lookup',
          hints: [],
          steps: 'any',
          limit: 20,
          leaseMs: 1,
          plan: () => ({ act: 'send' }),
        },
        () => undefined,
      ),
  ],
  ['which connections have something overdue', overdue],
  ['keys that are too old', forgetOldKeys],
  ['parked pushes whose time has come', (pools) => createInboundStore(pools).claimParked(20, 1, 1_000_000_000)],
  ['pending links whose time has come', (pools) => claimPendingLinks(pools, 20, 1)],
];

describe('while nothing is due', () => {
  it.each(due)('to find %s reads next to nothing, however much waits', async (_what, ask) => {
    const { pools, read } = explained(bench.pools);
    await ask(pools);
    expect(read).not.toEqual([]);
    expect(Math.max(...read)).toBeLessThan(50);
  });
});
