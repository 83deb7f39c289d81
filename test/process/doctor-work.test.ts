import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { checkWork } from '../../src/cli/doctor/work.js';
import { CONNECTION, openStoreBench, SCHEME, type StoreBench } from '../store/store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
  const { owner, demo } = bench;
  await owner.query(
    `INSERT INTO incident (id, connection_id, scheme, kind, work, reason)
     SELECT gen_random_uuid(), $1, $2, kind, work, 'r'
     FROM (VALUES ('auth-failed', NULL), ('breaker', 'write')) AS one (kind, work)`,
    [CONNECTION, SCHEME],
  );
  await owner.query(
    `INSERT INTO breaker (connection_id, work, opened_at, open_ms, probe_at) VALUES ($1, 'write', now(), 1, now())`,
    [CONNECTION],
  );
  await owner.query(
    `INSERT INTO outbox (tenant_id, lane, connection_id, operation_id, due_at)
     VALUES ($1, 'live', $2, $1, now() - interval '5 minutes')`,
    [demo.id, CONNECTION],
  );
  await owner.query(
    `INSERT INTO resync (tenant_id, id, scope, scope_key, dry_run, reason, requested_by, total, next_action_at, created_at)
     VALUES ($1, $1, '{}', sha256('s'), false, 'r', 'key_test', 1, now() - interval '1 hour', now())`,
    [demo.id],
  );
  await owner.query(
    `INSERT INTO queue_canary (queue, sent_at, waiting_since, seen_at, delay_ms) VALUES
       ('live', now() - interval '10 minutes', now() - interval '10 minutes', NULL, NULL),
       ('lookup', now() - interval '10 minutes', NULL, now() - interval '10 minutes', 12)`,
  );
});
afterAll(() => bench.close());

const found = async (production = true): Promise<Record<string, Finding>> => {
  const findings = await checkWork(bench.owner, { production });
  return Object.fromEntries(findings.map((finding) => [finding.check, finding]));
};

describe("doctor's check of the work", () => {
  it('holds nothing against a gateway that does not run, since doctor also stands before a start', async () => {
    const findings = Object.values(await found());
    expect(findings.map(({ ok }) => ok)).toEqual(findings.map(() => true));
    expect(findings.map(({ detail }) => detail).join('\n')).toContain('(no scheduler runs)');
  });

  it('says of one that runs what stands still, and what to do about it', async () => {
    await bench.owner.query(`UPDATE queue_canary SET sent_at = now()`);
    const findings = await found();
    expect(
      Object.entries(findings)
        .filter(([, { ok }]) => !ok)
        .map(([check]) => check)
        .sort(),
    ).toEqual(['canary live', 'incidents', 'outbox', 'work']);
    expect(findings['canary lookup']).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^sent [\d.]+ s ago, seen 60\d s ago after 0 s$/) as unknown,
    });
    expect(findings['incidents']).toMatchObject({
      detail: `${SCHEME} auth-failed (1), ${SCHEME} breaker for write (1)`,
      advice: expect.stringContaining('resume') as unknown,
    });
    expect(findings['outbox']?.detail).toMatch(/^1 wake-ups, the oldest for 30\d s$/);
    expect(findings['work']?.detail).toMatch(/^support 1, the oldest for 36\d\d s$/);
  });

  it('fails a schema behind this version in production, where no start brings it up', async () => {
    const { rows } = await bench.owner.query<{ name: string }>(
      'DELETE FROM migration WHERE id = (SELECT max(id) FROM migration) RETURNING name',
    );
    expect((await found(false))['schema']).toMatchObject({ ok: true });
    expect((await found())['schema']).toMatchObject({
      ok: false,
      advice: expect.stringContaining('migrate') as unknown,
    });
    await bench.owner.query('INSERT INTO migration (name, run_on) VALUES ($1, now())', [rows[0]?.name]);
  });
});
