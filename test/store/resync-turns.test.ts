import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { LeftOver } from '../../src/core/resync/ports.js';
import { accepted, carried, count, postedAccrual, UNKNOWN } from './operations.js';
import { goOn, LEASE_MS, type ResyncBench, resyncBench, settled, turnOf } from './resyncs.js';
import { CONNECTION, openStoreBench, SCHEME, type StoreBench, type Tenant } from './store-bench.js';

let bench: StoreBench;
let resync: ResyncBench;
let ids: string[] = [];
beforeAll(async () => {
  bench = await openStoreBench();
  resync = resyncBench(bench);
});
beforeEach(async () => {
  ids = [];
  for (let n = 0; n < 3; n += 1)
    ids.push(await carried(bench, bench.demo, await accepted(bench, bench.demo), { ...UNKNOWN, nextActionInMs: 1e8 }));
});
afterEach(() => bench.owner.query('TRUNCATE resync, resync_item, outbox CASCADE'));
afterAll(() => bench.close());

const start = (tenant: Tenant = bench.demo, dryRun = false, operationIds = ids) =>
  resync.start(tenant, { operationIds }, { dryRun });
const lapse = () => bench.owner.query(`UPDATE resync SET lease_until = now(), next_action_at = now()`);
const view = (id: string) => resync.resyncs.get(bench.demo.caller, id);

describe('a turn', () => {
  it('brings what to look at, in order, over which connection', async () => {
    const id = await start();
    const turn = await turnOf(resync.store, bench.demo);
    expect(turn).toMatchObject({ resyncId: id, dryRun: false, stalls: 0 });
    expect(turn.items).toEqual(
      ids.map((operationId, n) => ({
        seq: n + 1,
        operationId,
        linkId: bench.demo.links[0],
        connectionId: CONNECTION,
        tries: 0,
      })),
    );
    expect(await view(id)).toMatchObject({ state: 'running', done: 0 });
  });

  it('is had once: nobody else works for the tenant while it lasts', async () => {
    await start();
    await start(bench.demo, true);
    const options = { leaseMs: LEASE_MS, items: 1, except: [] };
    const turns = await Promise.all(Array.from({ length: 8 }, () => resync.store.take(bench.demo.id, options)));
    expect(turns.filter((turn) => turn !== null)).toHaveLength(1);
    expect(await resync.store.take(bench.other.id, options)).toBeNull();
  });

  it('is taken over with what is left when whoever had it died, and comes too late itself then', async () => {
    const id = await start();
    const dead = await turnOf(resync.store, bench.demo);
    expect(await settled(resync.store, dead, item(dead, 0))).toBe(true);
    expect(await resync.store.tenantsDue()).toEqual([]);
    await lapse();
    expect(await resync.store.tenantsDue()).toEqual([bench.demo.id]);
    const next = await turnOf(resync.store, bench.demo);
    expect(next.items.map(({ operationId }) => operationId)).toEqual(ids.slice(1));
    expect(await settled(resync.store, dead, item(dead, 1))).toBe(false);
    for (const one of next.items) await settled(resync.store, next, one);
    await resync.store.end(dead, [], () => ({ to: 'failed' }));
    expect(await view(id)).toMatchObject({ state: 'running', done: 3 });
    await goOn(resync.store, next);
    // What came in late is true all the same, and is not looked at or counted twice.
    expect(await view(id)).toMatchObject({ state: 'completed', done: 3, changed: 3, quotaCost: 3 });
    expect((await view(id)).finishedAt).not.toBeNull();
  });

  it('goes to the resync that has waited longest, so that a long one keeps no short one waiting', async () => {
    const long = await start();
    const short = await start(bench.demo, false, ids.slice(0, 1));
    const order = [];
    for (let turns = 0; turns < 4; turns += 1) {
      const turn = await turnOf(resync.store, bench.demo);
      order.push(turn.resyncId);
      await goOn(resync.store, turn);
    }
    expect(order).toEqual([long, short, long, short]);
  });

  it('leaves alone what is paused or told to rest, and says so at its end', async () => {
    await start();
    const left: LeftOver[] = [];
    const end = (turn: Awaited<ReturnType<typeof turnOf>>, except: readonly string[] = []) =>
      resync.store.end(turn, except, (found) => {
        left.push(found);
        return { to: 'running', againInMs: 0, stalls: 0, wake: 'goes-on-here' };
      });
    for (const state of ['paused', 'auth-failed']) {
      await bench.owner.query('UPDATE connection SET state = $2 WHERE id = $1', [CONNECTION, state]);
      const turn = await turnOf(resync.store, bench.demo);
      expect(turn.items).toEqual([]);
      await end(turn);
    }
    await bench.owner.query(`UPDATE connection SET state = 'live' WHERE id = $1`, [CONNECTION]);
    const resting = await turnOf(resync.store, bench.demo, [CONNECTION]);
    expect(resting.items).toEqual([]);
    await end(resting, [CONNECTION]);
    const turn = await turnOf(resync.store, bench.demo);
    await resync.store.record(turn, item(turn, 0), { result: null, calls: 1 }, LEASE_MS);
    await end(turn);
    expect(left).toEqual([
      ...Array.from({ length: 3 }, () => ({ fresh: 0, again: 0, heldBack: 3 })),
      { fresh: 2, again: 1, heldBack: 0 },
    ]);
    const next = await turnOf(resync.store, bench.demo);
    expect(next.items.map(({ operationId }) => operationId)).toEqual([...ids.slice(1), ids[0]]);
    expect(next.items.at(-1)).toMatchObject({ tries: 1 });
  });

  it('that ends for now leaves a wake-up for whoever is there', async () => {
    const id = await start();
    await bench.owner.query('DELETE FROM outbox');
    const turn = await turnOf(resync.store, bench.demo);
    await resync.store.end(turn, [], () => ({ to: 'running', againInMs: 60_000, stalls: 2, wake: 'hand-on' }));
    expect(await count(bench, `outbox WHERE lane = 'support' AND operation_id = $1 AND due_at > now()`, [id])).toBe(1);
    expect(await resync.store.tenantsDue()).toEqual([]);
    await bench.owner.query('UPDATE resync SET next_action_at = now()');
    expect(await turnOf(resync.store, bench.demo)).toMatchObject({ stalls: 2 });
  });
});

describe('two that overlap', () => {
  it('look at what they share once: the later takes over what the earlier found since', async () => {
    const first = await start();
    const [before, ...after] = ids;
    const begun = await turnOf(resync.store, bench.demo);
    await settled(resync.store, begun, item(begun, 0));
    const second = await start(bench.demo, false, [...ids, await postedAccrual(bench, bench.demo)]);
    for (const one of begun.items.slice(1)) await settled(resync.store, begun, one);
    await goOn(resync.store, begun);
    expect(await view(first)).toMatchObject({ state: 'completed', quotaCost: 3 });
    const turn = await turnOf(resync.store, bench.demo);
    // The first was looked at before the second was asked for: it may have changed between.
    expect(turn).toMatchObject({ resyncId: second });
    expect(turn.items[0]).toMatchObject({ operationId: before });
    expect(turn.items.map(({ operationId }) => operationId)).not.toContain(after[0]);
    expect(await view(second)).toMatchObject({ done: 2, changed: 2, quotaCost: 0, counts: { settled: 2 } });
  });

  it('take over nothing from one that did not change anything, nor what told nothing', async () => {
    await start(bench.demo, true);
    const dry = await turnOf(resync.store, bench.demo);
    const wet = await start();
    for (const one of dry.items) await settled(resync.store, dry, one);
    await goOn(resync.store, dry);
    const turn = await turnOf(resync.store, bench.demo);
    expect(turn).toMatchObject({ resyncId: wet });
    expect(turn.items).toHaveLength(3);
    await resync.start(bench.demo, { operationIds: ids.slice(0, 2) });
    const nothing = { result: 'unreachable', changed: false, from: 'unknown', to: 'unknown', calls: 2 } as const;
    for (const one of turn.items) await resync.store.record(turn, one, nothing, LEASE_MS);
    await goOn(resync.store, turn);
    expect((await turnOf(resync.store, bench.demo)).items).toHaveLength(2);
  });
});

describe('what a resync found', () => {
  it('is listed in the order of looking, page by page, without what is unchanged', async () => {
    const id = await start();
    const turn = await turnOf(resync.store, bench.demo);
    await settled(resync.store, turn, item(turn, 0));
    const unchanged = { result: 'unchanged', changed: false, from: 'unknown', to: 'unknown', calls: 1 } as const;
    await resync.store.record(turn, item(turn, 1), unchanged, LEASE_MS);
    await resync.store.record(turn, item(turn, 2), { ...unchanged, result: 'unreachable', calls: 3 }, LEASE_MS);
    const page = await resync.resyncs.items(bench.demo.caller, id, { limit: 1 });
    expect(page.items).toEqual([
      expect.objectContaining({ result: 'settled', from: 'unknown', to: 'posted', calls: 1 }),
    ]);
    const rest = await resync.resyncs.items(bench.demo.caller, id, { limit: 1, cursor: page.next ?? '' });
    expect(rest).toEqual({ items: [expect.objectContaining({ result: 'unreachable', calls: 3 })], next: null });
    expect(await view(id)).toMatchObject({
      done: 3,
      changed: 1,
      quotaCost: 5,
      counts: { settled: 1, unchanged: 1, unreachable: 1, 'in-flight': 0 },
    });
    const forged = resync.resyncs.items(bench.demo.caller, id, { limit: 1, cursor: 'x' });
    await expect(forged).rejects.toMatchObject({ code: 'INVALID' });
  });
});

describe('a supplier reference', () => {
  it("is free, the operation's own, or taken, whoever has it, and asking writes nothing", async () => {
    const mine = { tenantId: bench.demo.id, id: ids[0] ?? '', scheme: SCHEME };
    const reference = `S-${randomUUID()}`;
    expect(await resync.store.referenceIsFree(mine, reference)).toBe(true);
    expect(await count(bench, 'receipt WHERE supplier_reference = $1', [reference])).toBe(0);
    const theirs = await postedAccrual(bench, bench.other);
    const taken = await bench.owner.query<{ supplier_reference: string }>(
      'SELECT supplier_reference FROM receipt WHERE operation_id = $1',
      [theirs],
    );
    const [row] = taken.rows;
    expect(await resync.store.referenceIsFree(mine, row?.supplier_reference ?? '')).toBe(false);
    const own = { tenantId: bench.other.id, id: theirs, scheme: SCHEME };
    expect(await resync.store.referenceIsFree(own, row?.supplier_reference ?? '')).toBe(true);
  });
});

function item(turn: Awaited<ReturnType<typeof turnOf>>, n: number) {
  const one = turn.items[n];
  if (one === undefined) throw new Error(`no item ${n}`);
  return one;
}
