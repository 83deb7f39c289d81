import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { ReconDesk, ReconWork, RunPlace, RunSeen } from '../core/reconcile/ports.js';
import { toTypeId } from '../spec/typeid.js';
import type { Pools } from './pools.js';
import { answerOnce, writeAudit } from './recon-once.js';
import { readRun } from './recon-reads.js';
import { OPERATOR } from './operator.js';
import { asTenants } from './tenant-scope.js';

interface Opening extends RunPlace {
  readonly id: string;
  readonly rulesVersion: number;
  readonly requestedBy: string;
}

export const openRun =
  (pools: Pools): ReconDesk['open'] =>
  ({ caller, id, place, rulesVersion, request, answer }) =>
    answerOnce(
      pools,
      caller,
      request,
      [place.tenantId ?? OPERATOR],
      async (client) => {
        const opening = { ...place, id, rulesVersion, requestedBy: toTypeId('key', caller.keyId) };
        const runId = await openOrAsk(client, opening, 'always');
        return answer(seen(await readRun(client, caller, runId)));
      },
      'run-open',
    );

export const openNight =
  (pools: Pools): ReconWork['openNight'] =>
  async (connectionId, run) => {
    const found = await pools.relay.query<{ scheme: string; tenant_id: string | null }>(
      'SELECT scheme, tenant_id FROM connection WHERE id = $1',
      [connectionId],
    );
    const connection = found.rows[0];
    if (connection === undefined) return;
    const { scheme, tenant_id: tenantId } = connection;
    await asTenants(
      pools.app,
      [tenantId ?? OPERATOR],
      async (client) => {
        const night = { ...run, tenantId, connectionId, scheme, requestedBy: 'schedule' };
        for (const businessDate of await nightsMissed(client, night)) {
          await openOrAsk(client, { ...night, id: randomUUID(), businessDate }, 'unless-conclusive');
        }
        await openOrAsk(client, night, 'unless-conclusive');
      },
      'night',
    );
  };

/** A gateway that was away for longer than this is not to ask for every day of it by itself. */
const NIGHTS_MADE_UP_FOR = 31;

/**
 * Between the newest run and this night, earliest first: while nobody was there, the queue kept no more than one night.
 */
async function nightsMissed(
  client: pg.PoolClient,
  { tenantId, connectionId, businessDate }: Opening,
): Promise<readonly string[]> {
  const found = await client.query<{ day: string }>({
    name: 'nights-missed',
    text: `SELECT (d.day::date)::text AS day
      FROM (SELECT max(business_date) AS day FROM recon_run
        WHERE tenant_id = $1 AND connection_id = $2 AND business_date < $3::date) AS newest,
        generate_series(greatest(newest.day + 1, $3::date - $4::int), $3::date - 1, interval '1 day') AS d (day)
      WHERE newest.day IS NOT NULL ORDER BY d.day`,
    values: [tenantId ?? OPERATOR, connectionId, businessDate, NIGHTS_MADE_UP_FOR],
  });
  return found.rows.map((row) => row.day);
}

export const signOffRun =
  (pools: Pools): ReconDesk['signOff'] =>
  ({ caller, runId, reason, request, check, answer }) =>
    answerOnce(
      pools,
      caller,
      request,
      [],
      async (client) => {
        check(await readRun(client, caller, runId));
        const signed = await client.query(
          `INSERT INTO recon_sign_off (tenant_id, run_id, signed_by, reason) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
          [caller.tenantId, runId, toTypeId('key', caller.keyId), reason],
        );
        if (signed.rowCount === 1) {
          await writeAudit(client, caller, { act: 'reconciliation.sign-off', subject: toTypeId('rcn', runId), reason });
        }
        return answer(seen(await readRun(client, caller, runId)));
      },
      'sign-off',
    );

/**
 * Opens the run of a day, or has the one there is ask for its input again; one that is being worked on is let alone.
 */
async function openOrAsk(
  client: pg.PoolClient,
  opening: Opening,
  again: 'always' | 'unless-conclusive',
): Promise<string> {
  const tenantId = opening.tenantId ?? OPERATOR;
  const { connectionId, businessDate } = opening;
  await client.query({
    name: 'open-run',
    text: `
      INSERT INTO recon_run (tenant_id, id, connection_id, scheme, business_date, state, stage, rules_version,
        requested_by, next_action_at)
      VALUES ($1, $2, $3, $4, $5, 'waiting', 'fetch', $6, $7, clock_timestamp())
      ON CONFLICT (connection_id, business_date) WHERE superseded_by IS NULL DO NOTHING`,
    values: [
      tenantId,
      opening.id,
      connectionId,
      opening.scheme,
      businessDate,
      opening.rulesVersion,
      opening.requestedBy,
    ],
  });
  await client.query({
    name: 'ask-run-again',
    text: `
      UPDATE recon_run SET state = CASE WHEN next_action_at IS NULL THEN 'running' ELSE state END,
        next_action_at = clock_timestamp(), version = version + (next_action_at IS NULL)::int,
        updated_at = clock_timestamp()
      WHERE tenant_id = $1 AND id = (
          SELECT id FROM recon_run WHERE tenant_id = $1 AND connection_id = $2 AND business_date = $3
            AND superseded_by IS NULL AND id <> $4 FOR UPDATE SKIP LOCKED)
        AND (lease_until IS NULL OR lease_until <= clock_timestamp())
        AND NOT ($5 = 'unless-conclusive' AND (next_action_at IS NOT NULL OR (state = 'completed' AND conclusive)))`,
    values: [tenantId, connectionId, businessDate, opening.id, again],
  });
  const found = await client.query<{ id: string }>({
    name: 'wake-run',
    text: `
      WITH present AS (
        SELECT tenant_id, id, connection_id, next_action_at FROM recon_run
        WHERE tenant_id = $1 AND connection_id = $2 AND business_date = $3 AND superseded_by IS NULL
      ),
      told AS (
        INSERT INTO outbox (tenant_id, lane, connection_id, operation_id, due_at)
        SELECT tenant_id, 'nightly', connection_id, id, clock_timestamp() FROM present WHERE next_action_at IS NOT NULL
      )
      SELECT id FROM present`,
    values: [tenantId, connectionId, businessDate],
  });
  const id = found.rows[0]?.id;
  if (id === undefined) throw new Error('the run was not opened');
  return id;
}

function seen(run: RunSeen | null): RunSeen {
  if (run === null) throw new Error('the run is not to be seen');
  return run;
}
