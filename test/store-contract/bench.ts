import { randomUUID } from 'node:crypto';
import type { InboundStore } from '../../src/core/inbound/ports.js';
import type { Operations } from '../../src/core/operation/operations.js';
import type { OperationStore, Outbox } from '../../src/core/operation/ports.js';
import { createOperations } from '../../src/core/operation/use-cases.js';
import type { Redemptions } from '../../src/core/redemption/redemptions.js';
import { createRedemptions } from '../../src/core/redemption/use-cases.js';
import { SCOPES } from '../../src/core/access/caller.js';
import type { Suppliers } from '../../src/core/supplier/ports.js';
import { points } from '../../src/spec/values.js';
import { createInboundStore } from '../../src/store/inbound-store.js';
import { publishOutbox } from '../../src/store/outbox.js';
import { overdue } from '../../src/store/sweep.js';
import { supplierOf, vaultOf } from '../core/operation/fake-claim.js';
import { schemeFacts } from '../core/operation/fake-scheme.js';
import { HOLD_FIRST, ONE_STEP, redeeming } from '../core/redemption/fake-redemption.js';
import { createMemoryStore, type MemoryStore } from '../simulation/memory-store/memory-store.js';
import { openRedemptionBench } from '../store/redemptions.js';
import { CONNECTION, SCHEME, type Tenant } from '../store/store-bench.js';

/** A store under the contract: two tenants with three links each at one scheme, and a way to let time pass. */
export interface ContractBench {
  readonly store: OperationStore;
  readonly outbox: Outbox;
  readonly pushes: InboundStore;
  readonly operations: Operations;
  readonly soft: Redemptions;
  readonly native: Redemptions;
  readonly demo: Tenant;
  readonly other: Tenant;
  /** The store's own clock, in Unix milliseconds. */
  readonly now: () => number;
  /** Everything that is stored becomes so much older. */
  readonly pass: (ms: number) => Promise<void>;
  /** The states an operation has been in, in their order. */
  readonly states: (operationId: string) => Promise<readonly string[]>;
  /** What was booked for an operation, account by account. */
  readonly booked: (operationId: string) => Promise<readonly string[]>;
  readonly attempts: (operationId: string) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const BALANCE = 10_000;
const LINKS = 3;

export async function openPostgresql(): Promise<ContractBench> {
  const bench = await openRedemptionBench({ links: LINKS });
  const { owner, pools, store, operations, soft, native, demo, other } = bench;
  const list = async (sql: string, id: string): Promise<string[]> =>
    (await owner.query<{ word: string }>(sql, [id])).rows.map(({ word }) => word);
  return {
    store,
    pushes: createInboundStore(pools),
    operations,
    soft,
    native,
    demo: inOrder(demo),
    other: inOrder(other),
    outbox: {
      publish: (limit, hand) => publishOutbox(pools, limit, hand),
      overdue: () => overdue(pools),
    },
    now: () => Date.now(),
    pass: async (ms) => {
      for (const sql of AGED) await owner.query(sql, [ms]);
    },
    states: (id) => list('SELECT to_state AS word FROM event WHERE subject_id = $1 ORDER BY sequence', id),
    booked: (id) =>
      list(
        `SELECT e.account || ' ' || e.amount AS word FROM ledger_entry e JOIN ledger_transaction t
           ON (t.tenant_id, t.id) = (e.tenant_id, e.transaction_id) WHERE t.operation_id = $1 ORDER BY e.line`,
        id,
      ),
    attempts: (id) =>
      list(
        `SELECT action || ' ' || coalesce(outcome, 'open') AS word FROM attempt WHERE operation_id = $1 ORDER BY started_at`,
        id,
      ),
    close: () => bench.close(),
  };
}

/** A database's clock cannot be set; what it is compared with can. */
const AGED: readonly string[] = [
  `UPDATE operation SET next_action_at = next_action_at - $1 * interval '1 ms', lease_until = lease_until - $1 * interval '1 ms',
     first_sent_at = first_sent_at - $1 * interval '1 ms', last_sent_at = last_sent_at - $1 * interval '1 ms',
     unknown_since = unknown_since - $1 * interval '1 ms', deadline_at = deadline_at - $1 * interval '1 ms',
     hold = CASE WHEN hold IS NOT NULL THEN jsonb_set(hold, '{expiresAt}',
       to_jsonb((hold ->> 'expiresAt')::timestamptz - $1 * interval '1 ms')) END`,
  `UPDATE quote SET expires_at = expires_at - $1 * interval '1 ms'`,
  `UPDATE account_snapshot SET as_of = as_of - $1 * interval '1 ms'`,
  `UPDATE outbox SET due_at = due_at - $1 * interval '1 ms'`,
  `UPDATE inbound_event SET next_action_at = next_action_at - $1 * interval '1 ms', received_at = received_at - $1 * interval '1 ms'`,
];

export async function openMemory(): Promise<ContractBench> {
  let ahead = 0;
  const memory = createMemoryStore({ now: () => Date.now() + ahead });
  const tables = memory.tables;
  const facts = () => schemeFacts();
  const booked = (id: string): string[] =>
    (tables.ledger.get(id)?.entries ?? []).map(({ account, amount }) => `${account} ${amount}`);
  return {
    store: memory.operations,
    outbox: memory.outbox,
    pushes: memory.pushes,
    operations: createOperations({ store: memory.operations, rest: { rested: async () => true }, facts }),
    soft: redemptionsOver(memory, 'soft'),
    native: redemptionsOver(memory, 'native'),
    demo: tenantIn(memory),
    other: tenantIn(memory),
    now: () => Date.now() + ahead,
    pass: async (ms) => {
      ahead += ms;
    },
    states: async (id) => tables.events.filter(({ subjectId }) => subjectId === id).map(({ to }) => to),
    booked: async (id) => booked(id),
    attempts: async (id) =>
      [...tables.attempts.values()]
        .filter(({ operationId }) => operationId === id)
        .map(({ action, report }) => `${action} ${report?.outcome ?? 'open'}`),
    close: async () => undefined,
  };
}

function redemptionsOver(memory: MemoryStore, flow: 'soft' | 'native'): Redemptions {
  const facts = redeeming(flow === 'soft' ? ONE_STEP : HOLD_FIRST);
  const member = { account: async () => ({ available: points(BALANCE) }) };
  const supplier = { ...supplierOf(), adapter: { ...facts.adapter, member }, connectionId: CONNECTION };
  const suppliers: Suppliers = { of: async () => supplier, connectionFor: async () => null };
  return createRedemptions({
    store: memory.redemptions,
    operations: memory.operations,
    accounts: { store: memory.accounts, suppliers, vault: vaultOf() },
    facts: () => facts,
  });
}

function tenantIn({ tables }: MemoryStore): Tenant {
  const id = randomUUID();
  const links = Array.from({ length: LINKS }, () => {
    const linkId = randomUUID();
    const now = new Date();
    const nothing = { organisation: null, reason: null, tier: null, mergedInto: null, clientReference: null };
    tables.links.set(linkId, {
      row: {
        ...nothing,
        tenantId: id,
        id: linkId,
        subjectId: linkId,
        connectionId: CONNECTION,
        scheme: SCHEME,
        travellerRef: 'T1',
        memberMasked: '**',
        state: 'active',
        verification: 'none',
        consent: { basis: 'contract', grantedAt: now.toISOString() },
        metadata: {},
        version: 1,
        createdAt: now,
        updatedAt: now,
      },
      sealed: {
        tenantId: id,
        linkId,
        subjectId: linkId,
        keyVersion: 1,
        wrappedKey: null,
        memberNumber: null,
        holder: null,
        handle: null,
      },
    });
    return linkId;
  });
  return inOrder({ caller: { tenantId: id, keyId: id, scopes: new Set(SCOPES), organisation: null }, id, links });
}

function inOrder(tenant: Tenant): Tenant {
  return { ...tenant, links: [...tenant.links].sort() };
}
