import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthenticate } from '../../src/store/keys.js';
import { ensurePartitions, forgetOldKeys } from '../../src/store/sweep.js';
import { accepted, count } from './operations.js';
import { openStoreBench, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

const hash = (token: string): Buffer => createHash('sha256').update(token).digest();
/** A fresh look, since answers are remembered for some seconds. */
const authenticate = (token: string) =>
  createAuthenticate(bench.pools, (text) => (text.startsWith('t-') ? hash(text) : null))(token);

/** An API key of the demo tenant, with these columns besides. */
async function key(token: string, columns: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const id = randomUUID();
  const all = { tenant_id: bench.demo.id, id, key_hash: hash(token), prefix: 'p', scopes: ['read'], ...columns };
  const names = Object.keys(all);
  await bench.owner.query(
    `INSERT INTO api_key (${names.join(', ')}) VALUES (${names.map((_name, index) => `$${index + 1}`).join(', ')})`,
    Object.values(all),
  );
  return id;
}

describe('a token', () => {
  it('stands for its tenant, its scopes and its organisation', async () => {
    const id = await key('t-good', { scopes: ['read', 'accrue'], organisation: 'acme' });
    expect(await authenticate('t-good')).toEqual({
      tenantId: bench.demo.id,
      keyId: id,
      scopes: new Set(['read', 'accrue']),
      organisation: 'acme',
    });
  });

  it('that is unknown, revoked, expired or none of ours stands for nobody', async () => {
    await key('t-revoked', { revoked_at: new Date() });
    await key('t-expired', { expires_at: new Date(Date.now() - 1_000) });
    await key('t-later', { expires_at: new Date(Date.now() + 60_000) });
    for (const token of ['t-nobody', 't-revoked', 't-expired', 'x', '']) expect(await authenticate(token)).toBeNull();
    expect(await authenticate('t-later')).not.toBeNull();
  });

  it('is asked for once, also by many at a time', async () => {
    await key('t-many');
    let hashed = 0;
    const asked = createAuthenticate(bench.pools, (token) => {
      hashed += 1;
      return hash(token);
    });
    const callers = await Promise.all(Array.from({ length: 50 }, () => asked('t-many')));
    expect(new Set(callers).size).toBe(1);
    expect(hashed).toBe(50);
  });
});

describe('housekeeping', () => {
  it('forgets idempotency keys after thirty days', async () => {
    const ids = [await accepted(bench, bench.demo), await accepted(bench, bench.demo)];
    const old = `UPDATE idempotency_key SET created_at = now() - $2 * interval '1 hour' WHERE operation_id = $1`;
    await bench.owner.query(old, [ids[0], 30 * 24 + 1]);
    await bench.owner.query(old, [ids[1], 30 * 24 - 1]);
    expect(await forgetOldKeys(bench.pools)).toBe(1);
    expect(await count(bench, 'idempotency_key WHERE operation_id = $1', [ids[0]])).toBe(0);
    expect(await count(bench, 'idempotency_key WHERE operation_id = $1', [ids[1]])).toBe(1);
  });

  it('keeps a partition ready for this month and the next', async () => {
    const made = `pg_class WHERE relispartition AND relkind = 'r' AND relname ~ '^(attempt|event)_\\d{4}_\\d{2}$'`;
    expect(await count(bench, made)).toBe(4);
    await bench.owner.query(
      `DO $$ BEGIN EXECUTE format('DROP TABLE event_%s', to_char(now() AT TIME ZONE 'UTC' + interval '1 month', 'YYYY_MM')); END $$`,
    );
    await ensurePartitions(bench.pools);
    await ensurePartitions(bench.pools);
    expect(await count(bench, made)).toBe(4);
  });
});
