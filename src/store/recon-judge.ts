import type pg from 'pg';
import type { ClaimedRun, Judging, ReconWork } from '../core/reconcile/ports.js';
import { closeHealed, closeNotFound, writeBreaks } from './break-write.js';
import type { Pools } from './pools.js';
import { rest } from './recon-claim.js';
import { judgeLines } from './recon-judge-lines.js';
import { judgeMissing } from './recon-judge-missing.js';
import { asRun, tenantsOf } from './recon-scope.js';

/** The days around a run whose settlement is complete, by runs in force; a window longer than this is never decided. */
const DAYS_AROUND = 60;

export const readClosings =
  (pools: Pools): ReconWork['closings'] =>
  async (run) => {
    const found = await asRun(pools, run, [], (client) =>
      client.query<{ business_date: string; cut_off: Date }>({
        name: 'read-closings',
        text: `SELECT business_date, cut_off FROM recon_run
          WHERE tenant_id = $1 AND connection_id = $2 AND in_force AND conclusive AND business_date <> $3
            AND business_date BETWEEN $3::date - $4::int AND $3::date + $4::int`,
        values: [run.tenantId, run.connectionId, run.businessDate, DAYS_AROUND],
      }),
    );
    return (found?.rows ?? []).map((row) => ({ businessDate: row.business_date, closedAt: row.cut_off }));
  };

/** Verdicts, breaks, what healed and the digest, in one transaction: all of it or nothing. */
export const judgeRun =
  (pools: Pools): ReconWork['judge'] =>
  async (run, judging) => {
    const tenants = await tenantsOf(pools, run.connectionId);
    await asRun(
      pools,
      run,
      tenants,
      async (client) => {
        await assertStaged(client, run);
        await judgeLines(client, run, judging);
        await judgeMissing(client, run, judging);
        const replaced = await takeForce(client, run);
        await writeBreaks(client, run);
        await closeHealed(client, run);
        if (replaced !== null) await closeNotFound(client, run, replaced);
        await rest(client, run, { state: 'completed', digest: await digestOf(client, run, judging) });
      },
      'judge',
    );
  };

async function assertStaged(client: pg.PoolClient, run: ClaimedRun): Promise<void> {
  const found = await client.query<{ staged: boolean }>(
    `SELECT lines = (SELECT count(*) FROM recon_line WHERE run_id = $2) AS staged
     FROM recon_run WHERE tenant_id = $1 AND id = $2`,
    [run.tenantId, run.id],
  );
  if (found.rows[0]?.staged !== true) throw new Error('the staged lines are gone');
}

/** From now on this run's verdicts count for its day; answers whose did. */
async function takeForce(client: pg.PoolClient, run: ClaimedRun): Promise<string | null> {
  const ended = await client.query<{ id: string }>(
    `UPDATE recon_run SET in_force = false
     WHERE tenant_id = $1 AND connection_id = $2 AND business_date = $3 AND in_force RETURNING id`,
    [run.tenantId, run.connectionId, run.businessDate],
  );
  return ended.rows[0]?.id ?? null;
}

/**
 * Over input, cut-off as far as it decides, rules and verdicts in an order of their own: no id and no time of ours
 * takes part.
 */
async function digestOf(client: pg.PoolClient, run: ClaimedRun, judging: Judging): Promise<Buffer> {
  const found = await client.query<{ digest: Buffer }>({
    name: 'digest-run',
    text: `
      SELECT sha256(convert_to(concat_ws('|', $2::text, $3::text, $4::text), 'UTF8')
        || coalesce(string_agg(sha256(convert_to(said, 'UTF8')), ''::bytea ORDER BY said COLLATE "C"), '')) AS digest
      FROM (
        SELECT jsonb_build_array(business_date, verdict, reason, line, reference, supplier_reference, kind, ours,
          theirs)::text AS said
        FROM recon_item WHERE run_id = $1
      ) verdicts`,
    values: [run.id, run.input?.sha256, run.input?.closed, judging.rulesVersion],
  });
  const digest = found.rows[0]?.digest;
  if (digest === undefined) throw new Error('no digest');
  return digest;
}
