import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { ownerPool } from '../support/database.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { eventually } from '../support/eventually.js';
import { type Books, inboundPath } from '../support/gateway.js';
import { brokenInvariants } from '../support/invariants.js';
import { linkMembers } from '../support/travellers.js';
import { faulty, openResyncBench, type ResyncBench } from './resync-bench.js';

let bench: ResyncBench;
let owner: pg.Pool;
beforeAll(async () => {
  bench = await openResyncBench();
  owner = ownerPool(bench.bench.ownerUrl);
});
afterAll(async () => {
  await owner.end();
  await bench.close();
});

const linkAt = async (scheme: string): Promise<string> => {
  const [link = ''] = await linkMembers(bench.bench, bench.bench.demo, scheme, 1);
  return link;
};
const sendLost = async (scheme: string, link: string, fault: string): Promise<string> => {
  const mend = await faulty(bench.bench, scheme, { [fault]: 1 });
  try {
    return await bench.send(scheme, link);
  } finally {
    await mend();
  }
};
const effects = async (scheme: string, id: string): Promise<number> => {
  const { reference } = await bench.read(id);
  const books = await bench.bench.sandbox.get<Books>(`${scheme}/books`);
  return books.postings.filter((posting) => posting.reference === reference).length;
};

/** An open break about an operation, as reconciliation would leave it. */
const dispute = (scheme: string, id: string) =>
  owner.query(
    `INSERT INTO break (tenant_id, id, connection_id, scheme, business_date, fingerprint, kind, reason, difference,
       operation_id)
     VALUES ($1, gen_random_uuid(), $2, $3, '2026-11-01', $4::uuid::text, 'ours-only', 'not-in-the-settlement', 500,
       $4::uuid)`,
    [bench.bench.demo.tenantId, inboundPath(scheme), scheme, id],
  );
const breaksOf = async (id: string) => {
  const found = await owner.query<{ state: string; reason: string; difference: string; by: string | null }>(
    `SELECT state, reason, difference, resolution ->> 'by' AS by, evidence ->> 'found' AS found
     FROM break WHERE operation_id = $1`,
    [id],
  );
  return found.rows;
};

describe.each(['harbour-hotels', 'china-railway'])('at %s', (scheme) => {
  let link: string;
  beforeAll(async () => {
    link = await linkAt(scheme);
    // Where a supplier wants a token first, it is had by now: else its loss would be no lost answer.
    await bench.send(scheme, link);
  });

  it('a lost answer is found by looking; the dry run says so first, item for item and call for call', async () => {
    const id = await sendLost(scheme, link, 'commitThenDrop');
    const before = await bench.read(id);
    expect(before.state).toBe('unknown');
    const dry = await eventually(
      () => bench.resync({ operationIds: [id] }, 'dry-run'),
      ({ view }) => view.changed > 0,
    );
    expect(dry.items).toEqual([
      {
        operationId: before.id,
        linkId: toTypeId('lnk', link),
        result: 'settled',
        from: 'unknown',
        to: 'posted',
        calls: 1,
      },
    ]);
    expect(await bench.read(id)).toEqual(before);
    const run = await bench.resync({ operationIds: [id] });
    expect(run.items).toEqual(dry.items);
    expect({ ...run.view, dryRun: true }).toEqual({
      ...dry.view,
      ...{ id: run.view.id, createdAt: run.view.createdAt, finishedAt: run.view.finishedAt },
    });
    expect(await bench.read(id)).toMatchObject({ state: 'posted', attempts: 1, evidence: { by: 'look-up' } });
    expect(await effects(scheme, id)).toBe(1);
    const again = await bench.resync({ operationIds: [id] });
    expect(again).toMatchObject({ view: { changed: 0, done: 1, counts: { unchanged: 1 } }, items: [] });
    expect(await brokenInvariants(bench.bench.ownerUrl)).toEqual([]);
  });

  it('what never arrived stays as it is: looking again sends nothing, however often', async () => {
    const id = await sendLost(scheme, link, 'dropBeforeCommit');
    // As old as it has to be for "not found" to be proof.
    await owner.query(
      `UPDATE operation SET first_sent_at = now() - interval '1 hour', last_sent_at = now() - interval '1 hour',
         unknown_since = now() - interval '1 hour' WHERE id = $1`,
      [id],
    );
    const before = await bench.read(id);
    for (const mode of ['dry-run', undefined, undefined] as const) {
      const { view, items } = await bench.resync({ operationIds: [id] }, mode);
      expect(view).toMatchObject({ done: 1, changed: 0, quotaCost: 1, counts: { unchanged: 1 } });
      expect(items).toEqual([]);
    }
    expect(await bench.read(id)).toEqual(before);
    expect(before.state).toBe('unknown');
    expect(await effects(scheme, id)).toBe(0);
  });

  it('a break about what is posted on both sides resolves itself', async () => {
    const id = await bench.send(scheme, link);
    await dispute(scheme, id);
    const [dry, run] = [await settledBreak(id, 'dry-run'), await settledBreak(id)];
    expect(run.items).toEqual(dry.items);
    expect(run.items).toMatchObject([{ result: 'confirmed', from: 'posted', to: 'posted' }]);
    expect(await breaksOf(id)).toMatchObject([{ state: 'auto-resolved', by: 'look-up', found: 'posted' }]);
    const again = await bench.resync({ operationIds: [id] });
    expect(again.view).toMatchObject({ changed: 0, counts: { confirmed: 0, unchanged: 1 } });
  });

  it('what the supplier has otherwise is a break, once', async () => {
    const id = await bench.send(scheme, link);
    await eventually(
      () => bench.resync({ operationIds: [id] }, 'dry-run'),
      ({ view }) => view.counts.unchanged === 1,
    );
    // Our books are made to say something else than theirs.
    await owner.query('UPDATE operation SET points = 450 WHERE id = $1', [id]);
    for (const [mode, changed] of [
      ['dry-run', 1],
      [undefined, 1],
      [undefined, 0],
    ] as const) {
      const { view, items } = await eventually(
        () => bench.resync({ operationIds: [id] }, mode),
        ({ view: seen }) => seen.counts.differs === 1,
      );
      expect(view).toMatchObject({ changed });
      expect(items).toMatchObject([{ result: 'differs', from: 'posted', to: 'posted' }]);
    }
    const found = { state: 'open', reason: 'points-differ', found: 'posted', by: null };
    // What we booked was 500, whatever the operation was made to say since.
    expect(await breaksOf(id)).toEqual([{ ...found, difference: expect.anything() as unknown }]);
    expect(await bench.read(id)).toMatchObject({ state: 'posted', points: 450 });
    await owner.query('UPDATE operation SET points = 500 WHERE id = $1', [id]);
  });

  it('a link is its operations and its account, read anew and kept', async () => {
    const own = await linkAt(scheme);
    const id = await sendLost(scheme, own, 'commitThenDrop');
    await bench.bench.gateway.links.account(bench.bench.demo, own, 0);
    await owner.query(
      `UPDATE account_snapshot SET account = account || '{"available": 7}', as_of = now() - interval '1 day'`,
    );
    const dry = await eventually(
      () => bench.resync({ linkId: own }, 'dry-run'),
      ({ view }) => view.changed === 2,
    );
    expect(dry.items).toMatchObject([
      { operationId: toTypeId('op', id), result: 'settled' },
      { operationId: null, linkId: toTypeId('lnk', own), result: 'refreshed', from: null, to: null },
    ]);
    expect(await bench.bench.gateway.links.account(bench.bench.demo, own, 1e6)).toMatchObject({
      balance: { available: 7 },
    });
    const run = await bench.resync({ linkId: own });
    expect(run.items).toEqual(dry.items);
    const account = await bench.bench.gateway.links.account(bench.bench.demo, own, 1e6);
    expect(account).toMatchObject({ source: 'cached', stale: false });
    expect(account.balance.available).not.toBe(7);
    expect((await bench.resync({ linkId: own })).view).toMatchObject({ changed: 0, counts: { refreshed: 1 } });
  });

  it('a supplier out of reach is asked three times and then said to be', async () => {
    const id = await sendLost(scheme, link, 'dropBeforeCommit');
    const mend = await faulty(bench.bench, scheme, { refuse: 1 });
    const { view, items } = await bench.resync({ operationIds: [id] });
    await mend();
    expect(view).toMatchObject({ state: 'completed', changed: 0, quotaCost: 3, counts: { unreachable: 1 } });
    expect(items).toMatchObject([{ result: 'unreachable', from: 'unknown', to: 'unknown', calls: 3 }]);
    expect(await bench.read(id)).toMatchObject({ state: 'unknown' });
  });
});

it('a scheme without a look-up says so', async () => {
  const id = await sendLost('northwind-air', await linkAt('northwind-air'), 'commitThenDrop');
  const { view, items } = await bench.resync({ scheme: 'northwind-air' });
  expect(view).toMatchObject({ total: 1, changed: 0, quotaCost: 0, counts: { 'cannot-look': 1 } });
  expect(items).toMatchObject([{ operationId: toTypeId('op', id), result: 'cannot-look', calls: 0 }]);
});

it('a paused connection is waited for and not forced', async () => {
  const scheme = 'china-railway';
  const id = await sendLost(scheme, await linkAt(scheme), 'commitThenDrop');
  const pause = (state: string) =>
    owner.query('UPDATE connection SET state = $2 WHERE id = $1', [inboundPath(scheme), state]);
  await pause('paused');
  const resync = await bench.start({ operationIds: [id] });
  const runner = bench.runner();
  const waiting = async (): Promise<boolean> => {
    const found = await owner.query(
      `SELECT FROM resync WHERE id = $1 AND lease_token IS NULL AND next_action_at > now() + interval '10 s'`,
      [resync],
    );
    return found.rowCount === 1;
  };
  await bench.until(runner, resync, ({ state }) => state === 'running');
  await eventually(waiting, (asleep) => asleep);
  expect(await bench.resyncs.get(bench.bench.demo, resync)).toMatchObject({ state: 'running', done: 0, quotaCost: 0 });
  await pause('live');
  await owner.query('UPDATE resync SET next_action_at = now() WHERE id = $1', [resync]);
  const done = await bench.until(runner, resync, ({ finishedAt }) => finishedAt !== null);
  expect(done).toMatchObject({ state: 'completed', counts: { settled: 1 } });
});

describe('many operations', () => {
  const scheme = 'china-railway';
  let ids: string[];
  beforeEach(async () => {
    const link = await linkAt(scheme);
    // So many lost answers of two tests would open the breaker.
    await owner.query('DELETE FROM call_tally');
    const mend = await faulty(bench.bench, scheme, { commitThenDrop: 1 });
    ids = await Promise.all(Array.from({ length: 12 }, () => bench.send(scheme, link)));
    await mend();
  });
  const states = () => Promise.all(ids.map(async (id) => (await bench.read(id)).state));

  it('are looked at once each when a runner stops half-way and another goes on', async () => {
    const mend = await faulty(bench.bench, scheme, {}, { p50: 40, p99: 80 });
    const resync = await bench.start({ operationIds: ids });
    const first = bench.runner();
    await bench.until(first, resync, ({ done }) => done > 0);
    await first.stop();
    const half = await bench.resyncs.get(bench.bench.demo, resync);
    expect(half).toMatchObject({ state: 'running', total: 12 });
    expect(half.done).toBeLessThan(12);
    const done = await bench.until(bench.runner(), resync, ({ finishedAt }) => finishedAt !== null);
    await mend();
    expect(done).toMatchObject({ state: 'completed', done: 12, changed: 12, quotaCost: 12, counts: { settled: 12 } });
    expect(new Set(await states())).toEqual(new Set(['posted']));
  });

  it('are looked at once each when twenty ask for the same and two for more, in two processes', async () => {
    const same = Array.from({ length: 20 }, () => bench.start({ operationIds: ids }));
    const more = [bench.start({ operationIds: ids.slice(1) }), bench.start({ operationIds: ids.slice(2) })];
    const started = new Set(await Promise.all([...same, ...more]));
    expect(started.size).toBe(3);
    const runners = [bench.runner(), bench.runner()];
    await Promise.all(runners.map((runner) => runner.wake([])));
    const ended = await Promise.all(
      [...started].map((id, n) =>
        bench.until(runners[n % 2] ?? bench.runner(), id, ({ finishedAt }) => finishedAt !== null),
      ),
    );
    expect(ended.map(({ counts }) => counts.settled).sort()).toEqual([10, 11, 12]);
    expect(ended.reduce((sum, { quotaCost }) => sum + quotaCost, 0)).toBe(12);
    expect(new Set(await states())).toEqual(new Set(['posted']));
    expect(bench.bench.errors).toEqual([]);
  });
});

/** Looks until the supplier's look-up has caught up with its books. */
function settledBreak(id: string, mode?: 'dry-run') {
  return eventually(
    () => bench.resync({ operationIds: [id] }, mode),
    ({ view }) => view.counts.confirmed === 1,
  );
}
