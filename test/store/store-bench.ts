import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { SCOPES, type Caller } from '../../src/core/access/caller.js';
import type { IdempotentRequest } from '../../src/core/answer.js';
import type { Operations } from '../../src/core/operation/operations.js';
import type { OperationStore } from '../../src/core/operation/ports.js';
import { createOperations } from '../../src/core/operation/use-cases.js';
import type { Problem } from '../../src/core/problem.js';
import { masterKeyFromBytes, rolePassword } from '../../src/privacy/master-key.js';
import { createOperationStore } from '../../src/store/operation-store.js';
import { openPools, type Pools } from '../../src/store/pools.js';
import { createRestWatch } from '../../src/store/rest-watch.js';
import { schemeFacts } from '../core/operation/fake-scheme.js';
import { freshDatabase, testMasterKey, ownerPool } from '../support/database.js';

export const SCHEME = 'blue-air';
/** The shared connection of the scheme. */
export const CONNECTION = '0a000000-0000-4000-8000-000000000001';

/** A tenant with one traveller and links of it, all active. */
export interface Tenant {
  readonly caller: Caller;
  readonly id: string;
  readonly links: readonly string[];
}

/** The store over a database of its own, without suppliers, queues or workers. */
export interface StoreBench {
  readonly ownerUrl: string;
  /** The owner sees everything and may change anything; for looking and for making time pass. */
  readonly owner: pg.Pool;
  readonly pools: Pools;
  readonly store: OperationStore;
  readonly operations: Operations;
  readonly demo: Tenant;
  readonly other: Tenant;
  /** The store of another process on the same database. */
  another(): { readonly store: OperationStore; readonly operations: Operations; readonly pools: Pools };
  close(): Promise<void>;
}

export async function openStoreBench(options: { links?: number } = {}): Promise<StoreBench> {
  const database = await freshDatabase();
  const owner = ownerPool(database.ownerUrl);
  const master = masterKeyFromBytes(testMasterKey());
  const opened: Pools[] = [];
  const open = (): Pools => {
    const passwords = { app: rolePassword(master, 'app'), relay: rolePassword(master, 'relay') };
    const pools = openPools({
      databaseUrl: database.ownerUrl,
      passwords,
      appConnections: 6,
      relayConnections: 3,
      onError: () => undefined,
    });
    opened.push(pools);
    return pools;
  };
  const over = (pools: Pools) => {
    const store = createOperationStore(pools, () => undefined);
    const operations = createOperations({ store, rest: createRestWatch(pools), facts: () => schemeFacts() });
    return { pools, store, operations };
  };
  await owner.query(`INSERT INTO connection (id, scheme, settings, secrets) VALUES ($1, $2, '{}', '\\x00')`, [
    CONNECTION,
    SCHEME,
  ]);
  const demo = await makeTenant(owner, 'demo', options.links ?? 1);
  const other = await makeTenant(owner, 'other', options.links ?? 1);
  const pools = open();
  return {
    ownerUrl: database.ownerUrl,
    owner,
    ...over(pools),
    demo,
    other,
    another: () => over(open()),
    close: async () => {
      await Promise.all(opened.map((one) => one.end()));
      await owner.end();
      await database.drop();
    },
  };
}

/** Writes a tenant with its links as the owner; what is sealed is noise, since nothing here opens it. */
async function makeTenant(owner: pg.Pool, name: string, links: number): Promise<Tenant> {
  const id = randomUUID();
  const subject = randomUUID();
  await owner.query('INSERT INTO tenant (id, name) VALUES ($1, $2)', [id, name]);
  await owner.query('INSERT INTO subject (tenant_id, id, traveller_ref) VALUES ($1, $2, $3)', [id, subject, 'T1']);
  await owner.query('INSERT INTO data_key (tenant_id, subject_id, version, wrapped) VALUES ($1, $2, 1, $3)', [
    id,
    subject,
    randomBytes(40),
  ]);
  const made = await owner.query<{ id: string }>(
    `INSERT INTO link (tenant_id, id, subject_id, connection_id, scheme, traveller_ref, member_number, member_index, member_masked,
       holder, handle, key_version, state, verification, consent, created_at, updated_at)
     SELECT $1, gen_random_uuid(), $2, $3, $4, 'T1', $5, sha256(n::text::bytea), '**', $5, $5, 1, 'active', 'none', '{}', now(), now()
     FROM generate_series(1, $6::int) AS n RETURNING id`,
    [id, subject, CONNECTION, SCHEME, randomBytes(40), links],
  );
  const caller: Caller = { tenantId: id, keyId: id, scopes: new Set(SCOPES), organisation: null };
  return { caller, id, links: made.rows.map((row) => row.id) };
}

/** An idempotent request as the door would make it. */
export function request(body: unknown, key: string = randomBytes(12).toString('hex')): IdempotentRequest {
  return {
    key,
    fingerprint: createHash('sha256').update(JSON.stringify(body)).digest(),
    refuse: (problem: Problem) => ({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: problem.code, operationId: problem.details.operationId }),
    }),
  };
}
