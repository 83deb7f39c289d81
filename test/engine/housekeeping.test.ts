import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { forgetOldKeys } from '../../src/store/sweep.js';
import { accepted, accrual, claim, count } from '../store/operations.js';
import { openStoreBench, type StoreBench } from '../store/store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

describe('housekeeping', () => {
  it('forgets all old keys at once, however many a busy month left', async () => {
    await bench.owner.query(
      `INSERT INTO idempotency_key (tenant_id, key, fingerprint, state, status, content_type, body, created_at)
       SELECT $1, 'old-' || n, '\\x00', 'done', 202, 'application/json', '{}', clock_timestamp() - interval '31 days'
       FROM generate_series(1, 2500) AS n`,
      [bench.demo.id],
    );
    expect(await forgetOldKeys(bench.pools)).toBe(2500);
    expect(await count(bench, 'idempotency_key')).toBe(0);
  });

  it('what needs no supplier does not stand before what does', async () => {
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.push(await accepted(bench, bench.demo, accrual(bench.demo)));
    const [send] = ids;
    // Four that nobody ever sent and that are past their deadline, due before the one that can be sent.
    await bench.owner.query(
      `UPDATE operation SET next_action_at = clock_timestamp() - interval '1 minute', deadline_at = clock_timestamp() - interval '1 hour'
       WHERE id <> $1`,
      [send],
    );
    await bench.owner.query('UPDATE operation SET next_action_at = clock_timestamp() WHERE id = $1', [send]);
    const taken = await claim(bench.store, 'live', [], 2);
    expect(taken.map(({ operation }) => operation.id)).toEqual([send]);
    expect(await count(bench, `operation WHERE state = 'cancelled'`)).toBe(4);
  });
});
