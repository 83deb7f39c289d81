import type { Pools } from '../../src/store/pools.js';

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** The pools, with every statement of the relay's put through EXPLAIN as well; `read` is how many rows each had to look at. */
export function explained(pools: Pools): { readonly pools: Pools; readonly read: number[] } {
  const read: number[] = [];
  const relay = {
    query: async (given: string | { text: string; values: unknown[] }, values: unknown[] = []) => {
      const text = typeof given === 'string' ? given : given.text;
      const parameters = typeof given === 'string' ? values : given.values;
      const plan = await pools.relay.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
        parameters,
      );
      read.push(...plan.rows.map((row) => rowsOf(row['QUERY PLAN'][0].Plan)));
      return pools.relay.query(text, parameters);
    },
  };
  return { pools: { ...pools, relay: relay as unknown as Pools['relay'] }, read };
}

function rowsOf(node: PlanNode): number {
  const own = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return own + (node.Plans ?? []).reduce((sum, inner) => sum + rowsOf(inner), 0);
}
