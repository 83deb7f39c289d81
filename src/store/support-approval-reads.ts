import type pg from 'pg';
import type { Caller, Page, PageRequest } from '../core/request/ports.js';
import type { ApprovalRow, ApprovalState, Sees } from '../core/support/ports.js';
import { pageOf, readApprovalCursor } from './cursor.js';
import { withinOrganisation } from './organisation.js';
import type { Pools } from './pools.js';
import { APPROVAL_COLUMNS, EXPIRED, toApproval } from './support-columns.js';
import { asTenants } from './tenant-scope.js';

/** Who looks, and whose approvals that may be. */
export interface Onlooker {
  readonly caller: Caller;
  readonly sees: Sees;
}

/** Whose approval it is, for somebody who may see everybody's; else the caller's own tenant. */
export async function tenantOf(pools: Pools, { caller, sees }: Onlooker, approvalId: string): Promise<string | null> {
  if (sees === 'own') return caller.tenantId;
  const found = await pools.relay.query<{ tenant_id: string }>({
    name: 'tenant-of-approval',
    text: 'SELECT tenant_id FROM approval WHERE id = $1',
    values: [approvalId],
  });
  return found.rows[0]?.tenant_id ?? null;
}

/** From the pools, in a transaction of its own, or from one that sees the tenant already. */
export async function readApproval(
  from: Pools | pg.PoolClient,
  onlooker: Onlooker & { readonly tenantId?: string },
  approvalId: string,
): Promise<ApprovalRow | null> {
  if ('relay' in from) {
    const tenantId = await tenantOf(from, onlooker, approvalId);
    if (tenantId === null) return null;
    return asTenants(from.app, [tenantId], (client) => readApproval(client, { ...onlooker, tenantId }, approvalId));
  }
  const { caller, tenantId = caller.tenantId } = onlooker;
  const found = await from.query<Record<string, unknown>>({
    name: 'read-approval',
    text: `SELECT ${APPROVAL_COLUMNS} FROM approval a
      WHERE a.tenant_id = $1 AND a.id = $2 AND ${withinOrganisation('a.organisation', '$3')}`,
    values: [tenantId, approvalId, caller.organisation],
  });
  return found.rows[0] === undefined ? null : toApproval(found.rows[0]);
}

/** Whether it waits for somebody: those come first. */
const WAITS = `(a.state = 'pending' AND a.expires_at > statement_timestamp())::int`;
const STATE_IS = `CASE WHEN ${EXPIRED} THEN 'expired' ELSE a.state END`;
const PAGE = `($2::text IS NULL OR ${STATE_IS} = $2) AND ($3::int IS NULL OR (${WAITS}, a.id) < ($3::int, $4::uuid))`;

export async function listApprovals(
  pools: Pools,
  { caller, sees }: Onlooker,
  { state }: { readonly state?: ApprovalState | undefined },
  page: PageRequest,
): Promise<Page<ApprovalRow>> {
  const [waits, id] = readApprovalCursor(caller.tenantId, page.cursor);
  const values = [state ?? null, waits ?? null, id ?? null, page.limit + 1];
  const rows = sees === 'own' ? await ownPage(pools, caller, values) : await everybodysPage(pools, values);
  return pageOf(
    caller.tenantId,
    rows.map(toApproval),
    page.limit,
    (row) => `${row.state === 'pending' ? 1 : 0}|${row.id}`,
  );
}

type Row = Readonly<Record<string, unknown>>;

async function ownPage(pools: Pools, { tenantId, organisation }: Caller, values: readonly unknown[]): Promise<Row[]> {
  return asTenants(pools.app, [tenantId], async (client) => {
    const found = await client.query<Row>({
      name: 'list-approvals',
      text: `SELECT ${APPROVAL_COLUMNS} FROM approval a
        WHERE a.tenant_id = $1 AND ${withinOrganisation('a.organisation', '$6')} AND ${PAGE}
        ORDER BY ${WAITS} DESC, a.id DESC LIMIT $5`,
      values: [tenantId, ...values, organisation],
    });
    return found.rows;
  });
}

/** The relay sees whose they are and in what order; what they say is read as those tenants. */
async function everybodysPage(pools: Pools, values: readonly unknown[]): Promise<Row[]> {
  const found = await pools.relay.query<{ tenant_id: string; id: string }>({
    name: 'list-approvals-of-everybody',
    text: `SELECT a.tenant_id, a.id FROM approval a WHERE $1::uuid IS NULL AND ${PAGE}
      ORDER BY ${WAITS} DESC, a.id DESC LIMIT $5`,
    values: [null, ...values],
  });
  if (found.rows.length === 0) return [];
  return asTenants(
    pools.app,
    found.rows.map((row) => row.tenant_id),
    async (client) => {
      const read = await client.query<Row>({
        name: 'read-approvals',
        text: `SELECT ${APPROVAL_COLUMNS} FROM approval a WHERE a.id = ANY ($1::uuid[]) ORDER BY ${WAITS} DESC, a.id DESC`,
        values: [found.rows.map((row) => row.id)],
      });
      return read.rows;
    },
  );
}
