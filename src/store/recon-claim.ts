import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { ClaimedRun, ReconWork, RunFault, RunStage, TakenInput } from '../core/reconcile/ports.js';
import type { Pools } from './pools.js';
import { asRun } from './recon-scope.js';
import { asTenants } from './tenant-scope.js';

/** A run that is taken or kept on, as `RUN_COLUMNS` read it. */
export interface ClaimRecord {
  readonly tenant_id: string;
  readonly id: string;
  readonly connection_id: string;
  readonly scheme: string;
  readonly business_date: string;
  readonly stage: RunStage;
  readonly lease_token: string;
  readonly usable: boolean;
  readonly judged_as: string | null;
  readonly input_sha256: string | null;
  readonly conclusive: boolean;
  readonly cut_off: Date | null;
  readonly now: Date;
}

export const RUN_COLUMNS = `tenant_id, id, connection_id, scheme, business_date, stage, lease_token, judged_as,
  encode(input_sha256, 'hex') AS input_sha256, conclusive, cut_off, clock_timestamp() AS now,
  EXISTS (SELECT FROM connection c WHERE c.id = connection_id AND c.state = 'live') AS usable`;

export function toClaimed(record: ClaimRecord): ClaimedRun {
  const { input_sha256: sha256, conclusive: closed, cut_off: cutOff } = record;
  const input: TakenInput | null = sha256 === null || cutOff === null ? null : { sha256, closed, cutOff };
  return {
    tenantId: record.tenant_id,
    id: record.id,
    connectionId: record.connection_id,
    scheme: record.scheme,
    businessDate: record.business_date,
    stage: record.stage,
    token: record.lease_token,
    usable: record.usable,
    judged: record.judged_as === null ? null : input,
    input: record.stage === 'fetch' ? null : input,
    now: record.now,
  };
}

/**
 * Takes the earliest day of a connection that is due. One run of a connection is worked on at a time, so that days
 * build on each other and an operation is never paired twice; who else asks meanwhile gets nothing.
 */
export async function claimRun(pools: Pools, connectionId: string, leaseMs: number): Promise<ClaimedRun | null> {
  const due = await pools.relay.query<{ tenant_id: string }>({
    name: 'due-runs',
    text: `SELECT DISTINCT tenant_id FROM recon_run
      WHERE connection_id = $1 AND next_action_at <= statement_timestamp()`,
    values: [connectionId],
  });
  const tenantId = due.rows[0]?.tenant_id;
  if (tenantId === undefined) return null;
  return asTenants(
    pools.app,
    [tenantId],
    async (client) => {
      // Held until the commit: claims of one connection go one after the other.
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('recon ' || $1, 0))`, [connectionId]);
      if (await isWriting(client, tenantId, connectionId)) return null;
      const taken = await client.query<ClaimRecord>({
        name: 'claim-run',
        text: `
        UPDATE recon_run r SET state = 'running', lease_token = $3,
          lease_until = clock_timestamp() + $4 * interval '1 ms',
          next_action_at = clock_timestamp() + $4 * interval '1 ms', version = version + (state <> 'running')::int,
          updated_at = clock_timestamp(),
          -- A crash of the database empties the staged lines; the kept input fills them again.
          stage = CASE WHEN stage IN ('settle', 'judge')
              AND lines <> (SELECT count(*) FROM recon_line l WHERE l.run_id = r.id)
            THEN 'match' ELSE stage END
        WHERE tenant_id = $1 AND id = (
          SELECT id FROM recon_run
          WHERE tenant_id = $1 AND connection_id = $2 AND next_action_at <= statement_timestamp()
            AND NOT EXISTS (SELECT FROM recon_run o
              WHERE o.tenant_id = $1 AND o.connection_id = $2 AND o.lease_until > statement_timestamp())
          ORDER BY business_date, id LIMIT 1)
          -- Whoever held it may have let it rest while this waited for its row.
          AND next_action_at <= statement_timestamp() AND (lease_until IS NULL OR lease_until <= statement_timestamp())
        RETURNING ${RUN_COLUMNS}`,
        values: [tenantId, connectionId, randomUUID(), leaseMs],
      });
      const record = taken.rows[0];
      return record === undefined ? null : toClaimed(record);
    },
    (run) => (run === null ? undefined : 'run-claim'),
  );
}

/** Whether somebody writes a stage of the connection just now: their lock on the run outlasts a lease that has lapsed. */
async function isWriting(client: pg.PoolClient, tenantId: string, connectionId: string): Promise<boolean> {
  const found = await client.query<{ leased: number; free: number }>({
    name: 'writing-runs',
    text: `
      WITH leased AS (SELECT id FROM recon_run WHERE tenant_id = $1 AND connection_id = $2 AND lease_token IS NOT NULL),
      free AS (SELECT id FROM recon_run WHERE id IN (SELECT id FROM leased) FOR UPDATE SKIP LOCKED)
      SELECT (SELECT count(*) FROM leased) AS leased, (SELECT count(*) FROM free) AS free`,
    values: [tenantId, connectionId],
  });
  return found.rows[0]?.leased !== found.rows[0]?.free;
}

/** Waits for nobody: while a stage writes, its lock on the row is as good as a lease. */
export const renewLease =
  (pools: Pools): ReconWork['renew'] =>
  async (run, leaseMs) => {
    await asTenants(pools.app, [run.tenantId], (client) =>
      client.query(
        `UPDATE recon_run SET lease_until = clock_timestamp() + $4 * interval '1 ms',
           next_action_at = clock_timestamp() + $4 * interval '1 ms'
         WHERE (tenant_id, id) = (SELECT tenant_id, id FROM recon_run
           WHERE tenant_id = $1 AND id = $2 AND lease_token = $3 FOR UPDATE SKIP LOCKED)`,
        [run.tenantId, run.id, run.token, leaseMs],
      ),
    );
  };

export const awaitInput =
  (pools: Pools): ReconWork['wait'] =>
  async (run, state, againInMs) => {
    await asRun(pools, run, [], (client) =>
      client.query(
        `UPDATE recon_run SET state = CASE WHEN judged_as IS NULL THEN $3 ELSE state END, tries = 0, lease_token = NULL,
           lease_until = NULL, next_action_at = clock_timestamp() + $4 * interval '1 ms', version = version + 1,
           updated_at = clock_timestamp()
         WHERE tenant_id = $1 AND id = $2`,
        [run.tenantId, run.id, state, againInMs],
      ),
    );
  };

export const giveBack =
  (pools: Pools): ReconWork['release'] =>
  async (run) => {
    await asRun(pools, run, [], (client) =>
      client.query(
        `UPDATE recon_run SET lease_token = NULL, lease_until = NULL, next_action_at = clock_timestamp()
         WHERE tenant_id = $1 AND id = $2`,
        [run.tenantId, run.id],
      ),
    );
  };

export const stumble =
  (pools: Pools): ReconWork['stumble'] =>
  async (run, error, againInMs, atMost) => {
    await asRun(pools, run, [], async (client) => {
      const tried = await client.query<{ tries: number }>(
        `UPDATE recon_run SET tries = tries + 1, lease_token = NULL, lease_until = NULL,
           next_action_at = clock_timestamp() + $3 * interval '1 ms', updated_at = clock_timestamp()
         WHERE tenant_id = $1 AND id = $2 RETURNING tries`,
        [run.tenantId, run.id, againInMs],
      );
      if ((tried.rows[0]?.tries ?? 0) < atMost) return;
      // What was judged before stands.
      if (run.judged === null)
        await rest(client, run, { state: 'failed', fault: { reason: 'error', line: 0, detail: error } });
      else await restAsBefore(client, run);
    });
  };

/** How a run ends. */
export type RunEnd =
  | { readonly state: 'completed'; readonly digest: Buffer }
  | { readonly state: 'quarantined' | 'failed'; readonly fault: RunFault };

/** Lets a run rest, under its lease. Its staged lines have done their work. */
export async function rest(client: pg.PoolClient, run: ClaimedRun, end: RunEnd): Promise<void> {
  const fault = end.state === 'completed' ? null : JSON.stringify(end.fault);
  await client.query(
    `UPDATE recon_run SET state = $3, judged_as = CASE WHEN $3 <> 'failed' AND input_sha256 IS NOT NULL THEN $3 END,
       fault = $4, digest = $5, in_force = $3 = 'completed', finished_at = clock_timestamp(), ${AT_REST}
     WHERE tenant_id = $1 AND id = $2`,
    [run.tenantId, run.id, end.state, fault, end.state === 'completed' ? end.digest : null],
  );
  await client.query('DELETE FROM recon_line WHERE run_id = $1', [run.id]);
}

/** Lets a run that was asked again rest as it did: nothing has changed. */
export async function restAsBefore(client: pg.PoolClient, run: ClaimedRun): Promise<void> {
  await client.query(`UPDATE recon_run SET state = judged_as, ${AT_REST} WHERE tenant_id = $1 AND id = $2`, [
    run.tenantId,
    run.id,
  ]);
}

const AT_REST = `stage = 'fetch', tries = 0, next_action_at = NULL, lease_token = NULL, lease_until = NULL,
  version = version + 1, updated_at = clock_timestamp()`;
