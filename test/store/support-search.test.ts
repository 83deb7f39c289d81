import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toTypeId } from '../../src/spec/typeid.js';
import { waysOf } from '../../src/store/support-search.js';
import { asTenants } from '../../src/store/tenant-scope.js';
import { accepted, accrual, carried, posted, stored } from './operations.js';
import { redeemed } from './redemptions.js';
import { CONNECTION, SCHEME } from './store-bench.js';
import { openSupportBench, type SupportBench } from './support-bench.js';

let bench: SupportBench;
beforeAll(async () => {
  bench = await openSupportBench({ links: 2 });
});
afterAll(() => bench.close());

/** What a query finds, as `why kind id`. */
async function found(query: string, caller = bench.anna): Promise<string[]> {
  const { items } = await bench.support.search(caller, query);
  return items.map(({ why, id }) => `${why} ${id}`);
}
const op = (id: string) => toTypeId('op', id);

describe('one box', () => {
  it("finds an operation by its id, our reference, the supplier's, and its ticket", async () => {
    const input = accrual(bench.demo);
    const id = await carried(bench, bench.demo, await accepted(bench, bench.demo, input), posted('PTS-88121'));
    const { reference } = await stored(bench, id);
    const { ticketNumber } = input.activity as { ticketNumber: string };
    expect(await found(op(id))).toEqual([`id ${op(id)}`]);
    expect(await found(` ${op(id)} `)).toEqual([`id ${op(id)}`]);
    expect(await found(String(reference))).toEqual([`reference ${op(id)}`]);
    expect(await found('pts-88121')).toEqual([`supplier-reference ${op(id)}`]);
    expect(await found(ticketNumber)).toEqual([`ticket ${op(id)}`]);
  });

  it.each([
    { type: 'stay', property: 'HH', confirmation: 'CONF7', checkIn: '2026-03-01', checkOut: '2026-03-02' },
    {
      type: 'rail',
      orderNumber: 'E7X',
      trainNumber: 'G7',
      travelDate: '2026-03-01',
      fare: { currency: 'CNY', minor: 1 },
    },
    { type: 'other', reference: 'GIFT-7', description: 'x', date: '2026-03-01' },
  ])('finds an operation by its booking: %j', async (activity) => {
    const id = await accepted(bench, bench.demo);
    await bench.owner.query('UPDATE operation SET activity = $2 WHERE id = $1', [id, activity]);
    const said = activity.confirmation ?? activity.orderNumber ?? activity.reference ?? '';
    expect(await found(said.toLowerCase())).toEqual([`booking ${op(id)}`]);
  });

  it('finds a redemption by the booking of its reward', async () => {
    const id = await redeemed(bench, 'soft', 10);
    await bench.owner.query(
      `UPDATE operation SET reward = '{"type": "flight", "bookingReference": "ABC123"}' WHERE id = $1`,
      [id],
    );
    expect(await found('abc123')).toEqual([`booking ${op(id)}`]);
  });

  it('finds links by a member number, masked, and by the traveller', async () => {
    const [first = '', second = ''] = bench.demo.links.map((id) => toTypeId('lnk', id));
    const byNumber = await bench.support.search(bench.anna, '1');
    expect(byNumber.items).toMatchObject([
      { why: 'member-number', kind: 'link', memberNumber: '**', travellerRef: 'T1', points: null },
    ]);
    expect((await found('T1')).sort()).toEqual([first, second].map((id) => `traveller-reference ${id}`).sort());
    expect(await found(first)).toEqual([`id ${first}`]);
  });

  it('finds nothing of another tenant or organisation, and nothing at all for nonsense', async () => {
    const id = await carried(bench, bench.demo, await accepted(bench, bench.demo), posted('PTS-OWN'));
    for (const query of [op(id), 'PTS-OWN', toTypeId('lnk', bench.demo.links[0] ?? '')]) {
      expect(await found(query, bench.carl)).toEqual([]);
      expect(await found(query, { ...bench.anna, organisation: 'acme' })).toEqual([]);
      expect(await found(query, bench.admin)).toEqual([]);
    }
    expect(await found("'; DROP TABLE operation; --")).toEqual([]);
    expect(await found('%')).toEqual([]);
  });
});

describe('with much to look through', () => {
  const ROWS = 30_000;
  beforeAll(async () => {
    const { owner, demo } = bench;
    const made = `INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, reference, points, deadline_at,
        supplier_reference, activity, created_at, updated_at, next_action_at, review_reason)
      SELECT $1, rising_uuid(), 'accrual', CASE n % 10 WHEN 0 THEN 'needs-review' ELSE 'posted' END, $2, $3, $4, lpad(n::text, 20, '0'), 10,
        now(), 'M' || n, CASE n % 2 WHEN 0 THEN jsonb_build_object('ticketNumber', 'T' || n) ELSE jsonb_build_object('orderNumber', 'O' || n) END,
        now(), now(), CASE n % 10 WHEN 0 THEN now() END, CASE n % 10 WHEN 0 THEN 'absent' END
      FROM generate_series(1, $5::int) AS n`;
    await owner.query(made, [demo.id, SCHEME, CONNECTION, demo.links[0], ROWS]);
    await owner.query(
      `INSERT INTO receipt (scheme, supplier_reference, tenant_id, operation_id)
       SELECT scheme, supplier_reference, tenant_id, id FROM operation WHERE supplier_reference LIKE 'M%'`,
    );
    await owner.query('ANALYZE');
  });

  it('reads what it finds and no more, whatever it is asked', async () => {
    const id =
      (await bench.owner.query<{ id: string }>(`SELECT id FROM operation WHERE supplier_reference = 'M7'`)).rows[0]
        ?.id ?? '';
    const [link = ''] = bench.demo.links;
    const numbers = [{ scheme: SCHEME, index: Buffer.alloc(32, 7) }];
    for (const text of ['T8', 'O7', 'M7', 'nothing']) {
      const ways = waysOf({ text, linkId: link, operationId: id, reference: '9'.repeat(20), numbers });
      expect(ways.length).toBe(8);
      for (const way of ways) {
        const { nodes, read } = await explained(way.text, way.value);
        expect([
          way.why,
          nodes.filter((node) => node === 'Seq Scan on operation' || node === 'Seq Scan on receipt'),
        ]).toEqual([way.why, []]);
        expect([way.why, read < 100]).toEqual([way.why, true]);
      }
    }
    expect(await found('t8')).toHaveLength(1);
  });

  it('lists what waits for a person without reading what does not', async () => {
    const { items, next } = await bench.support.list(
      bench.anna,
      { state: 'needs-review', olderThan: 0, order: 'oldest' },
      { limit: 20 },
      'en',
    );
    expect([items.length, next === null]).toEqual([20, false]);
  });

  interface PlanNode {
    readonly 'Node Type': string;
    readonly 'Relation Name'?: string;
    readonly 'Actual Rows': number;
    readonly 'Rows Removed by Filter'?: number;
    readonly Plans?: readonly PlanNode[];
  }

  /** The nodes of a statement's plan as the tenant's own role gets it, and how many rows they looked at. */
  async function explained(text: string, value: unknown): Promise<{ nodes: string[]; read: number }> {
    const plan = await asTenants(bench.pools.app, [bench.demo.id], async (client) => {
      const values = [bench.demo.id, value, null, 51];
      const told = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
        values,
      );
      return told.rows[0]?.['QUERY PLAN'][0].Plan;
    });
    const nodes: string[] = [];
    let read = 0;
    const visit = (node: PlanNode): void => {
      nodes.push(`${node['Node Type']} on ${node['Relation Name'] ?? ''}`);
      read += node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
      node.Plans?.forEach(visit);
    };
    if (plan !== undefined) visit(plan);
    return { nodes, read };
  }
});
