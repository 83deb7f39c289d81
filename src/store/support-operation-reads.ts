import type pg from 'pg';
import type { Caller, Page, PageRequest } from '../core/request/ports.js';
import type { CaseFile, Standing, SupportFilter } from '../core/support/ports.js';
import { camel } from './camel.js';
import { pageOf, readCursor } from './cursor.js';
import type { OperationRecord } from './operation-columns.js';
import { withinOrganisation } from './organisation.js';
import type { Pools } from './pools.js';
import { firstIdOf } from './resync-scope.js';
import { APPROVAL_COLUMNS, STANDING_COLUMNS, STANDING_TABLES, toApproval, toStanding } from './support-columns.js';
import { asTenants } from './tenant-scope.js';

/** Ids are made by the clock of the process that accepts, times by the database's; they are never this far apart. */
const CLOCKS_APART_MS = 3_600_000;

/**
 * What a filter leaves, by the index of states where it names one. Planned for what it asks: a plan for any filter at all
 * would read everything for each. Ids rise with time, so a bound by age is one by id too.
 */
function filtered(
  { caller, filter }: { readonly caller: Caller; readonly filter: Omit<SupportFilter, 'order'> },
  values: unknown[],
): string {
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const { state, scheme, reviewReason, olderThan } = filter;
  return [
    `o.tenant_id = ${bind(caller.tenantId)}`,
    ...(caller.organisation === null ? [] : [withinOrganisation('o.organisation', bind(caller.organisation))]),
    ...(state === undefined ? [] : [`o.state = ${bind(state)}`]),
    ...(scheme === undefined ? [] : [`o.scheme = ${bind(scheme)}`]),
    ...(reviewReason === undefined ? [] : [`o.review_reason = ${bind(reviewReason)}`]),
    ...(olderThan === undefined
      ? []
      : [
          `o.created_at <= statement_timestamp() - ${bind(olderThan)} * interval '1 second'`,
          `o.id < ${bind(firstIdOf(Date.now() - olderThan * 1_000 + CLOCKS_APART_MS))}`,
        ]),
  ].join(' AND ');
}

export async function listStandings(
  pools: Pools,
  caller: Caller,
  { order, ...filter }: SupportFilter,
  page: PageRequest,
): Promise<Page<Standing>> {
  const from = readCursor(caller.tenantId, page.cursor);
  const values: unknown[] = [];
  const where = filtered({ caller, filter }, values);
  const [beyond, direction] = order === 'newest' ? ['<', 'DESC'] : ['>', 'ASC'];
  const after = from === null ? '' : ` AND o.id ${beyond} $${values.push(from)}`;
  const text = `SELECT ${STANDING_COLUMNS} FROM ${STANDING_TABLES} WHERE ${where}${after}
    ORDER BY o.tenant_id ${direction}, o.id ${direction} LIMIT $${values.push(page.limit + 1)}`;
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<OperationRecord>(text, values);
    return pageOf(caller.tenantId, found.rows.map(toStanding), page.limit, ({ operation }) => operation.id);
  });
}

/** Operations that a scope of support holds, oldest first. */
export async function readStandings(
  client: pg.PoolClient,
  caller: Caller,
  filter: Omit<SupportFilter, 'order'> & { readonly ids?: readonly string[] | undefined },
  limit: number,
): Promise<Standing[]> {
  const values: unknown[] = [];
  const where = filtered({ caller, filter }, values);
  const named = filter.ids === undefined ? '' : ` AND o.id = ANY ($${values.push(filter.ids)}::uuid[])`;
  const found = await client.query<OperationRecord>(
    `SELECT ${STANDING_COLUMNS} FROM ${STANDING_TABLES} WHERE ${where}${named}
     ORDER BY o.tenant_id, o.id LIMIT $${values.push(limit)}`,
    values,
  );
  return found.rows.map(toStanding);
}

const ATTEMPTS_SHOWN = 200;

export async function readCase(pools: Pools, caller: Caller, operationId: string): Promise<CaseFile | null> {
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<OperationRecord>({
      name: 'read-standing',
      text: `SELECT ${STANDING_COLUMNS} FROM ${STANDING_TABLES}
        WHERE o.tenant_id = $1 AND o.id = $2 AND ${withinOrganisation('o.organisation', '$3')}`,
      values: [caller.tenantId, operationId, caller.organisation],
    });
    const record = found.rows[0];
    if (record === undefined) return null;
    const of = [caller.tenantId, operationId];
    const attempts = await client.query<OperationRecord>({
      name: 'read-attempts',
      text: `SELECT started_at, finished_at, action, effect, outcome, status, latency_ms, detail, exchanges
        FROM attempt WHERE tenant_id = $1 AND operation_id = $2 ORDER BY started_at DESC LIMIT ${ATTEMPTS_SHOWN}`,
      values: of,
    });
    const events = await client.query<OperationRecord>({
      name: 'read-events',
      text: `SELECT at, type, from_state, to_state, detail FROM event
        WHERE tenant_id = $1 AND subject_id = $2 ORDER BY sequence`,
      values: of,
    });
    const approvals = await client.query<OperationRecord>({
      name: 'read-approvals-of-operation',
      text: `SELECT ${APPROVAL_COLUMNS} FROM approval a WHERE a.tenant_id = $1 AND a.operation_id = $2 ORDER BY a.id DESC`,
      values: of,
    });
    return {
      standing: toStanding(record),
      attempts: attempts.rows.reverse().map((row) => camel(row) as CaseFile['attempts'][number]),
      events: events.rows.map((row) => camel(row) as CaseFile['events'][number]),
      approvals: approvals.rows.map(toApproval),
    };
  });
}
