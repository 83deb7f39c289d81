import { randomUUID } from 'node:crypto';
import type { Answer } from '../../src/core/answer.js';
import type { AcceptAccrual, AcceptReversal } from '../../src/core/operation/operations.js';
import { plan } from '../../src/core/operation/plan.js';
import type {
  AttemptReport,
  Claimed,
  ClaimRequest,
  Decision,
  Lane,
  OperationStore,
} from '../../src/core/operation/ports.js';
import { FLIGHT } from '../core/operation/fake-scheme.js';
import { middle, rules } from '../core/operation/situations.js';
import { CONNECTION, request, type StoreBench, type Tenant } from './store-bench.js';

let tickets = 0;

/** An accrual of 500 points for a trip of its own; say what is different. */
export function accrual(tenant: Tenant, different: Partial<AcceptAccrual> = {}): AcceptAccrual {
  tickets += 1;
  return {
    linkId: tenant.links[0] ?? '',
    activity: { ...FLIGHT, ticketNumber: String(9_990_000_000_000 + tickets) },
    points: 500,
    metadata: {},
    ...different,
  };
}

/** Has an accrual accepted; gives the operation's id. */
export async function accepted(bench: StoreBench, tenant: Tenant, input = accrual(tenant)): Promise<string> {
  return idOf(await bench.operations.accrue(tenant.caller, input, request(input)));
}

/** Has a reversal accepted; without `points` all that is left. */
export async function reversed(bench: StoreBench, tenant: Tenant, accrualId: string, points?: number): Promise<string> {
  const input: AcceptReversal = {
    accrualId,
    reason: 'test',
    metadata: {},
    ...(points === undefined ? {} : { points }),
  };
  return idOf(await bench.operations.reverse(tenant.caller, input, request(randomUUID())));
}

export function idOf(answer: Answer): string {
  if (answer.operationId === undefined) throw new Error(`no operation: ${answer.status} ${answer.body}`);
  return answer.operationId;
}

export function hint(tenant: Tenant, id: string): ClaimRequest['hints'][number] {
  return { tenantId: tenant.id, id };
}

/** Claims by the plan of a scheme that looks up; without hints whatever is due. */
export function claim(
  store: OperationStore,
  lane: Lane,
  hints: ClaimRequest['hints'] = [],
  limit = 50,
): Promise<readonly Claimed[]> {
  return store.claim({
    connectionId: CONNECTION,
    lane,
    hints,
    steps: 'any',
    limit,
    leaseMs: 30_000,
    plan: (_operation, snapshot) => plan(snapshot, rules('lookup'), middle),
  });
}

/** The one claim of an operation that is due or fresh. */
export async function claimOf(
  store: OperationStore,
  tenant: Tenant,
  id: string,
  lane: Lane = 'live',
): Promise<Claimed> {
  const [taken] = await claim(store, lane, [hint(tenant, id)]);
  if (taken === undefined) throw new Error('nothing was claimed');
  return taken;
}

export const REPORT: AttemptReport = { outcome: 'receipt', status: 200, latencyMs: 5, detail: null, exchanges: [] };

export function posted(supplierReference: string | null = null): Decision {
  return {
    to: 'posted',
    nextActionInMs: null,
    unknownSince: null,
    reviewReason: null,
    everSent: true,
    evidence: { by: 'receipt' },
    ...(supplierReference === null ? {} : { supplierReference }),
  };
}
export const REJECTED: Decision = {
  to: 'rejected',
  nextActionInMs: null,
  rejection: { reason: 'member-closed', supplierCode: 'E7' },
  evidence: { by: 'receipt' },
};
export const UNKNOWN: Decision = { to: 'unknown', nextActionInMs: 0, unknownSince: 'now', everSent: true };

/** Claims an operation and completes it so. */
export async function carried(bench: StoreBench, tenant: Tenant, id: string, decision: Decision): Promise<string> {
  const claimed = await claimOf(bench.store, tenant, id);
  const result = await bench.store.complete({ claimed, decision, report: REPORT });
  if (result !== 'applied') throw new Error(result);
  return id;
}

/** An accrual that is posted. */
export async function postedAccrual(bench: StoreBench, tenant: Tenant, input = accrual(tenant)): Promise<string> {
  return carried(bench, tenant, await accepted(bench, tenant, input), posted(`S-${randomUUID()}`));
}

/** The operation as it is stored, all columns. */
export async function stored(bench: StoreBench, id: string): Promise<Record<string, unknown>> {
  const found = await bench.owner.query<Record<string, unknown>>('SELECT * FROM operation WHERE id = $1', [id]);
  const row = found.rows[0];
  if (row === undefined) throw new Error('no such operation');
  return row;
}

/** How many rows a query of the owner's counts. */
export async function count(bench: StoreBench, from: string, values: readonly unknown[] = []): Promise<number> {
  const found = await bench.owner.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`, [...values]);
  return found.rows[0]?.n ?? 0;
}
