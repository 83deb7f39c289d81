import { afterAll, beforeEach, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, carried, claim, claimOf, count, hint, stored, UNKNOWN } from './operations.js';
import { openStoreBench, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());
/** What an earlier test left open is nobody's any more. */
beforeEach(async () => {
  await bench.owner.query(
    `UPDATE operation SET next_action_at = now() + interval '1 day' WHERE next_action_at IS NOT NULL`,
  );
});

const makeDue = (id: string): Promise<unknown> =>
  bench.owner.query(
    `UPDATE operation SET next_action_at = now() - interval '1 s',
       lease_until = CASE WHEN lease_until IS NOT NULL THEN now() - interval '1 s' END WHERE id = $1`,
    [id],
  );
const many = (length: number): Promise<string[]> =>
  Promise.all(Array.from({ length }, () => accepted(bench, bench.demo)));

describe('a lapsed lease', () => {
  it('of a send makes the outcome unknown, never queued, and is looked up then', async () => {
    const id = await accepted(bench, bench.demo);
    await claimOf(bench.store, bench.demo, id);
    expect(await claim(bench.store, 'lookup', [hint(bench.demo, id)])).toEqual([]);
    await makeDue(id);
    expect(await claim(bench.store, 'live', [hint(bench.demo, id)])).toEqual([]);
    expect(await claim(bench.store, 'live', [])).toEqual([]);
    expect(await claim(bench.store, 'lookup', [hint(bench.demo, id)])).toEqual([]);
    expect(await stored(bench, id)).toMatchObject({ state: 'unknown', ever_sent: true, lease_token: null });
    const look = await claimOf(bench.store, bench.demo, id, 'lookup');
    expect(look).toMatchObject({ act: 'look-up', operation: { state: 'unknown', attempts: 1 } });
    const states = await bench.owner.query<{ to_state: string }>(
      'SELECT to_state FROM event WHERE subject_id = $1 ORDER BY sequence',
      [id],
    );
    expect(states.rows.map((row) => row.to_state)).toEqual(['queued', 'sending', 'unknown']);
  });

  it('is one that has ended, whatever is due', async () => {
    const id = await carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN);
    await claimOf(bench.store, bench.demo, id, 'lookup');
    await bench.owner.query('UPDATE operation SET next_action_at = now() WHERE id = $1', [id]);
    expect(await claim(bench.store, 'lookup', [hint(bench.demo, id)])).toEqual([]);
    expect(await claim(bench.store, 'lookup', [])).toEqual([]);
  });

  it('of many, found without hints, is settled page by page until there is something to look up', async () => {
    const ids = await many(7);
    for (const id of ids) await claimOf(bench.store, bench.demo, id);
    await Promise.all(ids.map(makeDue));
    const look = await claim(bench.store, 'lookup', [], 2);
    expect(look[0]?.act).toBe('look-up');
    while ((await claim(bench.store, 'lookup', [], 2)).length > 0);
    expect(await count(bench, `operation WHERE id = ANY ($1) AND state <> 'unknown'`, [ids])).toBe(0);
    expect(await count(bench, 'operation WHERE id = ANY ($1) AND lease_token IS NOT NULL', [ids])).toBe(7);
  });

  it('of a look-up lets another look', async () => {
    const id = await carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN);
    const first = await claimOf(bench.store, bench.demo, id, 'lookup');
    expect(await claim(bench.store, 'lookup', [hint(bench.demo, id)])).toEqual([]);
    await makeDue(id);
    expect((await claimOf(bench.store, bench.demo, id, 'lookup')).token).not.toBe(first.token);
    expect(await stored(bench, id)).toMatchObject({ state: 'unknown', version: 3, attempts: 1 });
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
