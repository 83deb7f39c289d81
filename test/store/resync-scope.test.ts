import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ResyncScope } from '../../src/core/resync/resyncs.js';
import { accepted, accrual, carried, postedAccrual, REJECTED, UNKNOWN } from './operations.js';
import { disputed, itemsOf, type ResyncBench, resyncBench } from './resyncs.js';
import { CONNECTION, openStoreBench, request, SCHEME, type StoreBench } from './store-bench.js';

let bench: StoreBench;
let resync: ResyncBench;
const on = (link: number) => accrual(bench.demo, { linkId: bench.demo.links[link] ?? '' });
/** One operation of each kind, on the first link but for the last. */
const of = { fresh: '', posted: '', unknown: '', rejected: '', disputed: '', elsewhere: '' };

beforeAll(async () => {
  bench = await openStoreBench({ links: 2 });
  resync = resyncBench(bench);
  const { demo } = bench;
  of.fresh = await accepted(bench, demo);
  of.posted = await postedAccrual(bench, demo);
  of.unknown = await carried(bench, demo, await accepted(bench, demo), UNKNOWN);
  of.rejected = await carried(bench, demo, await accepted(bench, demo), REJECTED);
  of.disputed = await postedAccrual(bench, demo);
  await disputed(bench, demo, of.disputed);
  of.elsewhere = await carried(bench, demo, await accepted(bench, demo, on(1)), UNKNOWN);
});
afterAll(() => bench.close());

const held = async (scope: ResyncScope): Promise<string[]> =>
  itemsOf(bench, await resync.start(bench.demo, scope, { reason: randomUUID() }));
const refused = async (scope: ResyncScope): Promise<unknown> =>
  resync.start(bench.demo, scope).then(
    () => 'accepted',
    (error: unknown) => error,
  );

describe('a scope', () => {
  it('of a link holds everything sent for it, oldest first, and its account', async () => {
    const linkId = bench.demo.links[0] ?? '';
    expect(await held({ linkId })).toEqual([of.posted, of.unknown, of.rejected, of.disputed, 'account']);
  });

  it('of operations holds those that were sent, each once', async () => {
    const operationIds = [of.elsewhere, of.unknown, of.fresh, of.unknown];
    expect(await held({ operationIds })).toEqual([of.unknown, of.elsewhere]);
  });

  it('of times holds what was accepted from the first on and before the second', async () => {
    const at = async (id: string): Promise<string> => {
      const found = await bench.owner.query<{ at: string }>(
        `SELECT to_char(date_trunc('milliseconds', created_at) AT TIME ZONE 'UTC',
           'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at FROM operation WHERE id = $1`,
        [id],
      );
      return found.rows[0]?.at ?? '';
    };
    const [from, to] = [await at(of.unknown), await at(of.elsewhere)];
    expect(await held({ from, to })).toEqual([of.unknown, of.rejected, of.disputed]);
    expect(await held({ to: from })).toEqual([of.posted]);
    expect(await held({ from: to, scheme: SCHEME })).toEqual([of.elsewhere]);
  });

  it('of a scheme alone holds what is open there and what reconciliation disputes', async () => {
    expect(await held({ scheme: SCHEME })).toEqual([of.unknown, of.disputed, of.elsewhere]);
  });

  it('no longer holds what is disputed no more', async () => {
    const posted = await postedAccrual(bench, bench.demo);
    const id = await disputed(bench, bench.demo, posted);
    await bench.owner.query(`UPDATE break SET state = 'resolved', resolution = '{}' WHERE id = $1`, [id]);
    const scope = { scheme: SCHEME, from: '2020-01-01T00:00:00Z' };
    expect(await held(scope)).toContain(posted);
    const alone = await resync.start(bench.demo, { scheme: SCHEME }, { dryRun: true });
    expect(await itemsOf(bench, alone)).not.toContain(posted);
  });

  it('that says several things holds what fits all of them', async () => {
    const linkId = bench.demo.links[1] ?? '';
    expect(await held({ linkId, operationIds: [of.elsewhere, of.unknown] })).toEqual([of.elsewhere]);
    expect(await held({ linkId, from: '2020-01-01T00:00:00Z', scheme: SCHEME })).toEqual([of.elsewhere, 'account']);
  });
});

describe('refused is a scope', () => {
  it('that names nothing, or in which nothing was ever sent', async () => {
    expect(await refused({})).toMatchObject({ code: 'INVALID', details: { errors: [{ pointer: '/scope' }] } });
    expect(await refused({ operationIds: [] })).toMatchObject({ code: 'INVALID' });
    expect(await refused({ operationIds: [of.fresh] })).toMatchObject({ code: 'INVALID' });
    expect(await refused({ from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' })).toMatchObject({
      code: 'INVALID',
    });
  });

  it('that ends before it begins, or at no time', async () => {
    const scope = { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' };
    expect(await refused(scope)).toMatchObject({ code: 'INVALID', details: { errors: [{ pointer: '/scope/to' }] } });
    expect(await refused({ from: 'yesterday' })).toMatchObject({ details: { errors: [{ pointer: '/scope/from' }] } });
  });

  it("with ids of nobody or of another tenant's, both alike", async () => {
    const theirs = await postedAccrual(bench, bench.other);
    for (const scope of [
      { operationIds: [randomUUID()] },
      { operationIds: [of.posted, theirs] },
      { linkId: randomUUID() },
      { linkId: bench.other.links[0] ?? '' },
    ])
      expect(await refused(scope)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused({ scheme: 'nobody-air' })).toMatchObject({ code: 'SCHEME_UNKNOWN' });
  });

  it('beyond an organisation of those whose key ends there', async () => {
    await bench.owner.query(`UPDATE link SET organisation = 'acme/sales' WHERE id = $1`, [bench.demo.links[1]]);
    await bench.owner.query(`UPDATE operation SET organisation = 'acme/sales' WHERE id = $1`, [of.elsewhere]);
    const sales = { ...bench.demo, caller: { ...bench.demo.caller, organisation: 'acme' } };
    await expect(resync.start(sales, { operationIds: [of.unknown] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const id = await resync.start(sales, { scheme: SCHEME });
    expect(await itemsOf(bench, id)).toEqual([of.elsewhere]);
    const law = { ...bench.demo.caller, organisation: 'acme/law' };
    await expect(resync.resyncs.get(law, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(resync.resyncs.items(law, id, { limit: 10 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await resync.resyncs.get(bench.demo.caller, id)).toMatchObject({ total: 1 });
  });

  it('that holds more than ten thousand, with the limit named, and nothing is left of it', async () => {
    await bench.owner.query(
      `INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, reference, points,
         deadline_at, ever_sent, created_at, updated_at)
       SELECT $1, gen_random_uuid(), 'accrual', 'posted', $2, $3, $4, lpad(n::text, 20, '0'), 10, now(), true,
         now(), now()
       FROM generate_series(1, 10001) AS n`,
      [bench.other.id, SCHEME, CONNECTION, bench.other.links[0]],
    );
    const input = { scope: { linkId: bench.other.links[0] ?? '' }, dryRun: true, reason: 'all' };
    const key = request(input);
    const start = resync.resyncs.start(bench.other.caller, input, key);
    await expect(start).rejects.toMatchObject({
      code: 'INVALID',
      details: { errors: [{ message: expect.stringContaining('10000') as unknown }] },
    });
    const left = await bench.owner.query('SELECT FROM resync WHERE tenant_id = $1', [bench.other.id]);
    expect(left.rowCount).toBe(0);
    const kept = await bench.owner.query('SELECT FROM idempotency_key WHERE key = $1', [key.key]);
    expect(kept.rowCount).toBe(0);
  });
});
