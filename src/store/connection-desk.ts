import pg from 'pg';
import type { ConnectionDesk, ConnectionRow, NewConnection, WrappedKey } from '../core/connection/ports.js';
import { type Caller, invalid, Problem } from '../core/request/ports.js';
import { auditConnection, audited, changeConnection } from './connection-change.js';
import { CONNECTION_COLUMNS, listConnections, readConnection, readUsed, toConnection } from './connection-rows.js';
import { CONNECTIONS_SUBJECT, OPERATOR } from './operator.js';
import { retried } from './group-commit.js';
import { answeredUnderHold, underHold } from './held-key.js';
import type { Pools } from './pools.js';
import { asRole, asTenants } from './tenant-scope.js';

/** `afterCommit` is told whenever wake-ups were committed, so that the relay need not wait for its next round. */
export function createConnectionDesk(pools: Pools, afterCommit: () => void): ConnectionDesk {
  const change: ConnectionDesk['change'] = async (caller, id, judge) => {
    try {
      return await retried(() =>
        asRole(
          pools.relay,
          (client) => changeConnection(client, caller, id, judge),
          (outcome) => (outcome?.changed === true ? 'connection-change' : undefined),
        ),
      );
    } catch (error) {
      if (!isDoneBefore(error)) throw error;
      const row = await readConnection(pools, id);
      return row === null ? null : { row, changed: false };
    } finally {
      afterCommit();
    }
  };
  return {
    answered: (caller, request) => answeredUnderHold(pools, caller, request),
    create: (caller, connection, request, answer) =>
      underHold(pools, caller, request, async () =>
        answer(
          await asRole(pools.relay, (client) => create(client, caller, connection), 'connection-create').catch(refused),
        ),
      ),
    act: (caller, id, { request, judge, answer }) =>
      underHold(pools, caller, request, async () => {
        const outcome = await change(caller, id, judge);
        if (outcome === null) throw new Problem('NOT_FOUND');
        return answer(outcome.row);
      }),
    get: (id) => readConnection(pools, id),
    list: (caller, filter, page) => listConnections(pools, caller, filter, page),
    used: (tenantId, scheme) => readUsed(pools, tenantId, scheme),
    change,
    operatorKey: (mint) => operatorKey(pools, mint),
  };
}

const UNIQUE = '23505';

/** The audit has what was to be done once: it was, by the same request, and what became of it since stays. */
function isDoneBefore(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === UNIQUE && error.table === 'audit';
}

async function create(client: pg.PoolClient, caller: Caller, connection: NewConnection): Promise<ConnectionRow> {
  const { id, scheme, tenantId, settings, secrets, timing, reason } = connection;
  const written = await client.query<Record<string, unknown>>({
    name: 'insert-connection',
    text: `INSERT INTO connection (id, scheme, tenant_id, settings, secrets, timing) VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT DO NOTHING RETURNING ${CONNECTION_COLUMNS}`,
    values: [id, scheme, tenantId, settings, secrets, timing],
  });
  if (written.rows[0] === undefined) return createdBefore(client, connection);
  const row = toConnection(written.rows[0]);
  await auditConnection(client, caller, row, { act: 'connection.create', reason, after: audited(row) });
  return row;
}

/** The same request created it and died before it could keep its answer; anybody else's is in the way. */
async function createdBefore(client: pg.PoolClient, { id }: NewConnection): Promise<ConnectionRow> {
  const found = await client.query<Record<string, unknown>>(
    `SELECT ${CONNECTION_COLUMNS} FROM connection WHERE id = $1`,
    [id],
  );
  if (found.rows[0] === undefined) throw new Problem('CONNECTION_EXISTS');
  return toConnection(found.rows[0]);
}

const FOREIGN_KEY = '23503';

function refused(error: unknown): never {
  if (error instanceof pg.DatabaseError && error.code === FOREIGN_KEY) {
    throw invalid('/tenantId', { zh: '没有这样的租户', en: 'is no tenant' });
  }
  throw error;
}

/** Data keys are the application's to write, in the name of whom they belong to. */
async function operatorKey({ app }: Pools, mint: () => WrappedKey): Promise<WrappedKey> {
  return asTenants(app, [OPERATOR], async (client) => {
    const newest = async (): Promise<WrappedKey | undefined> => {
      const found = await client.query<WrappedKey>(
        `SELECT version, wrapped FROM data_key WHERE tenant_id = $1 AND subject_id = $2 AND wrapped IS NOT NULL
         ORDER BY version DESC LIMIT 1`,
        [OPERATOR, CONNECTIONS_SUBJECT],
      );
      return found.rows[0];
    };
    const known = await newest();
    if (known !== undefined) return known;
    await client.query(
      `INSERT INTO subject (tenant_id, id, traveller_ref) VALUES ($1, $2, 'connections') ON CONFLICT DO NOTHING`,
      [OPERATOR, CONNECTIONS_SUBJECT],
    );
    const fresh = mint();
    await client.query(
      'INSERT INTO data_key (tenant_id, subject_id, version, wrapped) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [OPERATOR, CONNECTIONS_SUBJECT, fresh.version, fresh.wrapped],
    );
    return (await newest()) ?? fresh;
  });
}
