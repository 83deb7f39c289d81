import type pg from 'pg';
import type { Caller } from '../core/request/ports.js';
import type { FoundBy, Hit, MemberIndex, SearchStore, Sought } from '../core/support/ports.js';
import { camel } from './camel.js';
import { withinOrganisation } from './organisation.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/** Each way to find something is a question of its own, so that each is answered from its own index. */
export function createSearchStore(pools: Pools): SearchStore {
  return {
    find: (caller, sought, limit) =>
      asTenants(pools.app, [caller.tenantId], async (client) => {
        const hits: Hit[] = [];
        for (const { why, text, value } of waysOf(sought)) {
          hits.push(...(await ask(client, caller, { why, text, value }, limit)));
        }
        return hits.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || newest(a, b));
      }),
    knows: async (tenantId, numbers) => {
      const tenants = tenantId === null ? await everybody(pools) : [tenantId];
      return asTenants(pools.app, tenants, (client) => isLinked(client, tenants, numbers));
    },
  };
}

/** All tenants, for a question that nobody but the operator asks and that only ever is answered with yes or no. */
async function everybody({ relay }: Pools): Promise<string[]> {
  const found = await relay.query<{ id: string }>({ name: 'all-tenants', text: 'SELECT id FROM tenant' });
  return found.rows.map(({ id }) => id);
}

async function isLinked(
  client: pg.PoolClient,
  tenants: readonly string[],
  numbers: readonly MemberIndex[],
): Promise<boolean> {
  const found = await client.query({
    name: 'knows-number',
    text: `SELECT FROM unnest($1::uuid[]) AS t (id) CROSS JOIN unnest($2::text[], $3::bytea[]) AS n (scheme, index)
      JOIN link l ON l.tenant_id = t.id AND l.scheme = n.scheme AND l.member_index = n.index AND l.state <> 'removed' LIMIT 1`,
    values: [tenants, numbers.map(({ scheme }) => scheme), numbers.map(({ index }) => index)],
  });
  return found.rowCount === 1;
}

const KINDS: readonly Hit['kind'][] = ['link', 'operation'];

function newest(a: Hit, b: Hit): number {
  return b.createdAt.getTime() - a.createdAt.getTime();
}

interface Way {
  readonly why: FoundBy;
  readonly text: string;
  readonly value: unknown;
}

const LINK = `SELECT 'link' AS kind, l.id, l.scheme, l.state, l.id AS link_id, l.member_masked AS member_number,
  l.traveller_ref, l.organisation, NULL AS operation_kind, NULL AS points, l.created_at`;
const OPERATION = `SELECT 'operation' AS kind, o.id, o.scheme, o.state, l.id AS link_id, l.member_masked AS member_number,
  l.traveller_ref, o.organisation, o.kind AS operation_kind, o.points + o.bonus_points AS points, o.created_at`;
const OF_LINK = 'JOIN link l ON l.tenant_id = o.tenant_id AND l.id = o.link_id';
const ENDS = (table: 'l' | 'o') =>
  `AND ${withinOrganisation(`${table}.organisation`, '$3')} ORDER BY ${table}.id DESC LIMIT $4`;

/** How what is sought can be found: `$1` is the tenant, `$2` what is sought, `$3` the organisation, `$4` how many. */
export function waysOf({ text, linkId, operationId, reference, numbers }: Sought): readonly Way[] {
  // Booking numbers are read out in any case, and stored as the platform wrote them: mostly in capitals.
  const spellings = [...new Set([text, text.toUpperCase()])];
  const links: Way[] = [
    ...(linkId === undefined ? [] : [{ why: 'id' as const, text: LINK_BY.id, value: linkId }]),
    ...(numbers.length === 0
      ? []
      : [
          {
            why: 'member-number' as const,
            text: LINK_BY.number,
            value: JSON.stringify(numbers.map(({ scheme, index }) => ({ scheme, index: index.toString('hex') }))),
          },
        ]),
    { why: 'traveller-reference', text: LINK_BY.traveller, value: text },
  ];
  const operations: Way[] = [
    ...(operationId === undefined ? [] : [{ why: 'id' as const, text: OPERATION_BY.id, value: operationId }]),
    ...(reference === undefined ? [] : [{ why: 'reference' as const, text: OPERATION_BY.reference, value: reference }]),
    { why: 'ticket', text: OPERATION_BY.ticket, value: spellings },
    { why: 'booking', text: OPERATION_BY.booking, value: spellings },
    { why: 'supplier-reference', text: OPERATION_BY.receipt, value: spellings },
  ];
  return [...links, ...operations];
}

const LINK_BY = {
  id: `${LINK} FROM link l WHERE l.tenant_id = $1 AND l.id = $2 ${ENDS('l')}`,
  number: `${LINK} FROM jsonb_to_recordset($2::jsonb) AS n (scheme text, index text)
    JOIN link l ON l.tenant_id = $1 AND l.scheme = n.scheme AND l.member_index = decode(n.index, 'hex') AND l.state <> 'removed'
    WHERE true ${ENDS('l')}`,
  traveller: `${LINK} FROM link l WHERE l.tenant_id = $1 AND l.traveller_ref = $2 ${ENDS('l')}`,
};

const OPERATION_BY = {
  id: `${OPERATION} FROM operation o ${OF_LINK} WHERE o.tenant_id = $1 AND o.id = $2 ${ENDS('o')}`,
  reference: `${OPERATION} FROM operation o ${OF_LINK} WHERE o.tenant_id = $1 AND o.reference = $2 ${ENDS('o')}`,
  ticket: `${OPERATION} FROM operation o ${OF_LINK} WHERE o.tenant_id = $1 AND o.ticket = ANY ($2::text[]) ${ENDS('o')}`,
  booking: `${OPERATION} FROM operation o ${OF_LINK} WHERE o.tenant_id = $1 AND o.booking = ANY ($2::text[]) ${ENDS('o')}`,
  receipt: `${OPERATION} FROM receipt r JOIN operation o ON o.tenant_id = r.tenant_id AND o.id = r.operation_id ${OF_LINK}
    WHERE r.tenant_id = $1 AND r.supplier_reference = ANY ($2::text[]) ${ENDS('o')}`,
};

async function ask(client: pg.PoolClient, caller: Caller, { why, text, value }: Way, limit: number): Promise<Hit[]> {
  const found = await client.query<Record<string, unknown>>(text, [caller.tenantId, value, caller.organisation, limit]);
  return found.rows.map((row) => ({ ...(camel(row) as Omit<Hit, 'why'>), why }));
}
