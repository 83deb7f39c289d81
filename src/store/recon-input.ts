import type pg from 'pg';
import type { ClaimedRun, OperatorKey, ReconWork } from '../core/reconcile/ports.js';
import { CONNECTIONS_SUBJECT, OPERATOR } from './operator.js';
import { type ClaimRecord, rest, restAsBefore, RUN_COLUMNS, toClaimed } from './recon-claim.js';
import type { Pools } from './pools.js';
import { asRun } from './recon-scope.js';

/** The operator's newest data key for what belongs to connections. */
export const newestKey =
  (pools: Pools): ReconWork['inputKey'] =>
  async () => {
    const found = await pools.relay.query<OperatorKey>(
      `SELECT version, wrapped FROM data_key
       WHERE tenant_id = $1 AND subject_id = $2 AND wrapped IS NOT NULL ORDER BY version DESC LIMIT 1`,
      [OPERATOR, CONNECTIONS_SUBJECT],
    );
    const key = found.rows[0];
    if (key === undefined) throw new Error('the operator has no data key');
    return key;
  };

export const keepInput =
  (pools: Pools): ReconWork['keep'] =>
  (run, kept) =>
    asRun(
      pools,
      run,
      [],
      async (client) => {
        if (kept.id !== run.id) await supersede(client, run, kept);
        const updated = await client.query<ClaimRecord>({
          name: 'keep-input',
          text: `
          UPDATE recon_run SET stage = 'match', input_sha256 = decode($3, 'hex'), conclusive = $4, cut_off = $5,
            rules_version = $6, digest = NULL, fault = NULL, lines = NULL, tries = 0, updated_at = clock_timestamp()
          WHERE tenant_id = $1 AND id = $2 RETURNING ${RUN_COLUMNS}`,
          values: [run.tenantId, kept.id, kept.sha256, kept.closed, kept.cutOff, kept.rulesVersion],
        });
        // An input that was never judged is of no more use.
        await client.query('DELETE FROM recon_input WHERE tenant_id = $1 AND run_id = $2', [run.tenantId, kept.id]);
        await client.query('INSERT INTO recon_input (tenant_id, run_id, sealed) VALUES ($1, $2, $3)', [
          run.tenantId,
          kept.id,
          kept.sealed,
        ]);
        const record = updated.rows[0];
        return record === undefined ? null : toClaimed(record);
      },
      'take-in',
    );

/** The judged run rests as it did; a new one takes over its day and its lease. */
async function supersede(client: pg.PoolClient, run: ClaimedRun, { id }: { readonly id: string }): Promise<void> {
  await client.query('UPDATE recon_run SET superseded_by = $3 WHERE tenant_id = $1 AND id = $2', [
    run.tenantId,
    run.id,
    id,
  ]);
  await client.query(
    `INSERT INTO recon_run (tenant_id, id, connection_id, scheme, business_date, state, stage, rules_version,
       supersedes, requested_by, next_action_at, lease_token, lease_until)
     SELECT tenant_id, $3, connection_id, scheme, business_date, 'running', 'fetch', rules_version, id,
       requested_by, next_action_at, lease_token, lease_until
     FROM recon_run WHERE tenant_id = $1 AND id = $2`,
    [run.tenantId, run.id, id],
  );
  await restAsBefore(client, run);
}

export const readInput =
  (pools: Pools): ReconWork['input'] =>
  async (run) => {
    const sealed = await asRun(pools, run, [], async (client) => {
      const found = await client.query<{ sealed: Buffer; version: number }>(
        `SELECT sealed, get_byte(sealed, 1) * 256 + get_byte(sealed, 2) AS version
         FROM recon_input WHERE tenant_id = $1 AND run_id = $2`,
        [run.tenantId, run.id],
      );
      return found.rows[0] ?? null;
    });
    if (sealed === null) return null;
    const key = await pools.relay.query<OperatorKey>(
      'SELECT version, wrapped FROM data_key WHERE wrapped IS NOT NULL AND version = $1',
      [sealed.version],
    );
    return key.rows[0] === undefined ? null : { sealed: sealed.sealed, key: key.rows[0] };
  };

export const restAgain =
  (pools: Pools): ReconWork['restAgain'] =>
  async (run) => {
    await asRun(pools, run, [], (client) => restAsBefore(client, run));
  };

export const quarantine =
  (pools: Pools): ReconWork['quarantine'] =>
  async (run, fault) => {
    await asRun(pools, run, [], (client) => rest(client, run, { state: 'quarantined', fault }));
  };
