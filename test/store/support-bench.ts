import { createHash } from 'node:crypto';
import { NIL } from 'uuid';
import type { Caller } from '../../src/core/access/caller.js';
import type { Answer } from '../../src/core/answer.js';
import type { Decision } from '../../src/core/operation/snapshot.js';
import { createResyncs } from '../../src/core/resync/use-cases.js';
import type { ActOnOperation, DecideApproval, RequeueOperations, Support } from '../../src/core/support/support.js';
import type { Suppliers } from '../../src/core/supplier/ports.js';
import { createSupport } from '../../src/core/support/use-cases.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import type { Pools } from '../../src/store/pools.js';
import { createResyncStore } from '../../src/store/resync-store.js';
import { createApprovalBook } from '../../src/store/support-approvals.js';
import { createOperationDesk } from '../../src/store/support-operations.js';
import { createRequeueStore } from '../../src/store/support-requeues.js';
import { createSearchStore } from '../../src/store/support-search.js';
import { supplierOf } from '../core/operation/fake-claim.js';
import { schemeFacts } from '../core/operation/fake-scheme.js';
import { accepted, carried } from './operations.js';
import { openRedemptionBench, type RedemptionBench } from './redemptions.js';
import { CONNECTION, request, SCHEME, type StoreBench, type Tenant } from './store-bench.js';

/** The support desk over a store of its own; each person has a key. */
export interface SupportBench extends RedemptionBench {
  readonly support: Support;
  /** Two people of the first tenant, one of the other, and the operator's administrator. */
  readonly anna: Caller;
  readonly bert: Caller;
  readonly carl: Caller;
  readonly admin: Caller;
}

export async function openSupportBench(options: { links?: number } = {}): Promise<SupportBench> {
  const bench = await openRedemptionBench(options);
  const { demo, other } = bench;
  const person = (tenant: Tenant, n: number): Caller => ({ ...tenant.caller, keyId: keyOf(n) });
  return {
    ...bench,
    support: supportOver(bench.pools),
    anna: person(demo, 1),
    bert: person(demo, 2),
    carl: person(other, 3),
    admin: { ...demo.caller, tenantId: NIL, keyId: keyOf(4) },
  };
}

function keyOf(n: number): string {
  return `0b000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

const WORKING: Pick<Suppliers, 'of'> = { of: async () => ({ ...supplierOf(), connectionId: CONNECTION }) };

/** The desk of another process on the same database. Links of the bench have their place as member number: 1, 2, 3. */
export function supportOver(pools: Pools, suppliers = WORKING): Support {
  const isInstalled = (scheme: string) => scheme === SCHEME;
  const resyncs = createResyncs({ store: createResyncStore(pools, () => undefined), isInstalled });
  const { scheme } = schemeFacts();
  const memberNumber = { ...scheme.memberNumber, pattern: '^[0-9]{1,3}$', check: 'none' } as const;
  const nothing = (): void => undefined;
  return createSupport({
    desk: createOperationDesk(pools, nothing),
    book: createApprovalBook(pools, nothing),
    requeues: createRequeueStore(pools),
    search: createSearchStore(pools),
    suppliers,
    vault: { index: (_scheme, number) => createHash('sha256').update(number).digest() },
    startResync: (caller, input, asked) => resyncs.start(caller, input, asked),
    facts: () => schemeFacts(),
    schemes: () => [{ ...scheme, id: SCHEME, memberNumber }],
    isInstalled,
  });
}

/** Proven absent, and a person says whether it is sent again. */
export const ABSENT: Decision = {
  to: 'needs-review',
  nextActionInMs: 86_400_000,
  unknownSince: null,
  everSent: true,
  reviewReason: 'absent',
  evidence: { by: 'settlement', absent: true },
};

/** Our own fault, before anything was sent, as often as it is tried. */
export const STOPPED: Decision = {
  to: 'needs-review',
  nextActionInMs: 86_400_000,
  reviewReason: 'quarantined',
  notSentTries: 3,
};

/** An accrual that was sent once and of which the supplier has nothing. */
export async function absentAccrual(bench: StoreBench, tenant: Tenant = bench.demo): Promise<string> {
  return carried(bench, tenant, await accepted(bench, tenant), ABSENT);
}

/** Acts, under a key of its own unless one is given. */
export function actOn(
  { support }: Pick<SupportBench, 'support'>,
  caller: Caller,
  input: Pick<ActOnOperation, 'operationId' | 'action'> & Partial<ActOnOperation>,
  key?: string,
): Promise<Answer> {
  const asked = { reason: 'Supplier wrote', ...input };
  return support.act(caller, asked, request(asked, key), 'en');
}

/** Asks for an act that takes two; gives the approval's id. */
export async function askedFor(
  bench: Pick<SupportBench, 'support'>,
  caller: Caller,
  input: Parameters<typeof actOn>[2],
): Promise<string> {
  const { approval } = bodyOf<{ approval: { id: string } }>(await actOn(bench, caller, input));
  return uuidIn(approval.id);
}

export function decide(
  { support }: Pick<SupportBench, 'support'>,
  caller: Caller,
  approvalId: string,
  decision: DecideApproval['decision'] = 'approve',
  key?: string,
): Promise<Answer> {
  const asked = { approvalId, decision, reason: 'Seen the mail' };
  return support.decide(caller, asked, request(asked, key));
}

export function requeue(
  { support }: Pick<SupportBench, 'support'>,
  caller: Caller,
  input: Omit<RequeueOperations, 'reason'>,
  key?: string,
): Promise<Answer> {
  const asked = { reason: 'Outage', ...input };
  return support.requeue(caller, asked, request(asked, key), 'en');
}

export function bodyOf<T>({ body }: Pick<Answer, 'body'>): Readonly<T> {
  return JSON.parse(body) as T;
}

/** The UUID of a public id. */
export function uuidIn(id: string): string {
  const prefix = id.split('_')[0] as Parameters<typeof fromTypeId>[0];
  return fromTypeId(prefix, id) ?? '';
}

/** What the audit says was done to what, oldest first. */
export async function audited(bench: StoreBench, act: string): Promise<Record<string, unknown>[]> {
  const found = await bench.owner.query<Record<string, unknown>>(
    'SELECT tenant_id, actor, act, subject, reason, before, after FROM audit WHERE act LIKE $1 ORDER BY at',
    [act],
  );
  return found.rows;
}
