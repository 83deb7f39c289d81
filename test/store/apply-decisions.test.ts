import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyDecisions } from '../../src/store/apply-decisions.js';
import type { Change } from '../../src/store/change.js';
import { asTenants } from '../../src/store/tenant-scope.js';
import { eventually } from '../support/eventually.js';
import { gate } from './gate.js';
import {
  accepted,
  accrual,
  carried,
  claimOf,
  count,
  posted,
  postedAccrual,
  REJECTED,
  reversed,
  stored,
  UNKNOWN,
} from './operations.js';
import { openStoreBench, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

/** Applies a decision to an operation as it was read; gives whether it was applied. */
async function apply(
  operation: Change['operation'],
  decision: Change['decision'],
  token: string | null,
): Promise<boolean> {
  const applied = await asTenants(bench.pools.app, [operation.tenantId], (client) =>
    applyDecisions(client, [{ operation, decision, token }]),
  );
  return applied.has(operation.id);
}
async function read(id: string): Promise<Change['operation']> {
  const operation = await bench.store.get(bench.demo.caller, id);
  if (operation === null) throw new Error('no such operation');
  return operation;
}

describe('a decision', () => {
  it('is applied to the operation as it was read, and to no other', async () => {
    const id = await accepted(bench, bench.demo);
    const operation = await read(id);
    const elsewhere: Partial<Change['operation']>[] = [
      { version: 2 },
      { state: 'scheduled' },
      { tenantId: bench.other.id },
    ];
    for (const different of elsewhere) expect(await apply({ ...operation, ...different }, REJECTED, null)).toBe(false);
    expect(await apply(operation, REJECTED, bench.demo.id)).toBe(false);
    expect(await stored(bench, id)).toMatchObject({ state: 'queued', version: 1 });
    expect(await apply(operation, REJECTED, null)).toBe(true);
    expect(await apply(operation, REJECTED, null)).toBe(false);
    expect(await count(bench, 'event WHERE subject_id = $1', [id])).toBe(2);
  });

  it('raises the version with the state, and tells of it once', async () => {
    const id = await carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN);
    const { version, events } = { version: 3, events: 3 };
    expect(await apply(await read(id), { to: 'unknown', nextActionInMs: 5_000, lookups: 1 }, null)).toBe(true);
    expect(await stored(bench, id)).toMatchObject({ version, lookups: 1, state: 'unknown' });
    expect(await count(bench, 'event WHERE subject_id = $1', [id])).toBe(events);
    expect(await apply(await read(id), REJECTED, null)).toBe(true);
    expect(await stored(bench, id)).toMatchObject({
      version: version + 1,
      unknown_since: expect.any(Date),
      state: 'rejected',
    });
  });

  it('keeps what it does not speak of', async () => {
    const id = await accepted(bench, bench.demo);
    const parked = { to: 'needs-review' as const, nextActionInMs: 1_000, reviewReason: 'awaiting-file' as const };
    await apply(await read(id), { ...parked, resume: 'T1', absences: 1, evidence: { by: 'look-up' } }, null);
    await apply(await read(id), { to: 'needs-review', nextActionInMs: 1_000 }, null);
    const kept = { review_reason: 'awaiting-file', resume: 'T1', absences: 1, evidence: { by: 'look-up' } };
    expect(await stored(bench, id)).toMatchObject(kept);
    await apply(await read(id), { to: 'queued', nextActionInMs: 0, absences: 0 }, null);
    expect(await stored(bench, id)).toMatchObject({ ...kept, review_reason: null, absences: 0 });
  });
});

it('the last two reversals see each other, however their transactions lie: the trip is free', async () => {
  const input = accrual(bench.demo);
  const id = await postedAccrual(bench, bench.demo, input);
  const halves = [await reversed(bench, bench.demo, id, 250), await reversed(bench, bench.demo, id, 250)];
  const changes: Change[] = [];
  for (const half of halves) {
    const { operation, token } = await claimOf(bench.store, bench.demo, half);
    changes.push({ operation, token, decision: posted(`R-${half}`) });
  }
  const { opened, open } = gate();
  let ended = 0;
  const [first, second] = changes.map((change, index) =>
    asTenants(bench.pools.app, [bench.demo.id], async (client) => {
      // The second begins when the first has applied its decision and not yet committed.
      if (index === 1)
        await eventually(
          async () => ended,
          (count_) => count_ === 1,
        );
      await applyDecisions(client, [change]);
      ended += 1;
      if (index === 0) await opened;
    }),
  );
  const waits = `pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await eventually(
    async () => ended === 2 || (await count(bench, waits)) > 0,
    (either) => either,
  );
  open();
  await Promise.all([first, second]);
  expect(await count(bench, 'activity_key WHERE operation_id = $1', [id])).toBe(0);
  expect((await stored(bench, await accepted(bench, bench.demo, input)))['state']).toBe('queued');
});
