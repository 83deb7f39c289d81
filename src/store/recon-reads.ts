import type pg from 'pg';
import type { RunSeen } from '../core/reconcile/ports.js';
import type { Caller } from '../core/request/ports.js';
import { camel } from './camel.js';
import { withinOrganisation } from './organisation.js';
import { OPERATOR } from './operator.js';

/**
 * A run as this caller sees it; `null` where there is none, or none that is the caller's to see. Counts are of the
 * caller's own lines, operations and breaks, whoever else the transaction may see. What is not decided yet is in
 * neither sum, nor is what is nobody's of us.
 */
export async function readRun(client: pg.PoolClient, caller: Caller, runId: string): Promise<RunSeen | null> {
  const found = await client.query<Record<string, unknown>>({
    name: 'read-run',
    text: `
      SELECT r.id, r.tenant_id = $1 AS own, r.scheme, r.business_date, r.state, r.conclusive,
        encode(r.digest, 'hex') AS digest, encode(r.input_sha256, 'hex') AS input_sha256, r.rules_version, r.cut_off,
        r.fault, r.supersedes, r.superseded_by, r.created_at, r.finished_at, c.counts, c.points, b.open_breaks,
        s.signed_by AS signed_off_by
      FROM recon_run r
        CROSS JOIN LATERAL (SELECT
          jsonb_build_object('lines', count(line), 'matched', count(*) FILTER (WHERE verdict = 'matched'),
            'oursOnly', count(*) FILTER (WHERE verdict = 'ours-only'),
            'theirsOnly', count(*) FILTER (WHERE verdict = 'theirs-only'),
            'foreign', count(*) FILTER (WHERE verdict = 'foreign'),
            'duplicated', count(*) FILTER (WHERE verdict = 'duplicated'),
            'different', count(*) FILTER (WHERE verdict = 'different'),
            'late', count(*) FILTER (WHERE verdict = 'late')) AS counts,
          jsonb_build_object('ours', coalesce(sum(ours), 0),
            'theirs', coalesce(sum(theirs) FILTER (WHERE verdict <> 'foreign'), 0)) AS points
          FROM recon_item i
          WHERE i.tenant_id = $1 AND i.run_id = r.id AND ${withinOrganisation('i.organisation', '$3')}) c
        CROSS JOIN LATERAL (SELECT count(*)::int AS open_breaks FROM break b
          WHERE b.tenant_id = $1 AND ${ofRun('b', 'r')}
          AND b.state IN ('open', 'assigned') AND ${withinOrganisation('b.organisation', '$3')}) b
        LEFT JOIN recon_sign_off s ON s.tenant_id = $1 AND s.run_id = r.id
      WHERE r.id = $2 AND r.tenant_id IN ($1, $4)`,
    values: [caller.tenantId, runId, caller.organisation, OPERATOR],
  });
  return found.rows[0] === undefined ? null : (camel(found.rows[0]) as RunSeen);
}

/** The breaks `b` of a run `r`: those of its day, and those of earlier days that it found. */
export const ofRun = (b: string, r: string): string =>
  `${b}.connection_id = ${r}.connection_id AND (${b}.business_date = ${r}.business_date OR ${b}.run_id = ${r}.id)`;
