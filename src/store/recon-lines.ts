import type pg from 'pg';
import type { ClaimedRun, ReconWork, StagedLine } from '../core/reconcile/ports.js';
import { type ClaimRecord, RUN_COLUMNS, toClaimed } from './recon-claim.js';
import { BOOKED, claimedOnAnotherDay, SENT } from './recon-fragments.js';
import type { Pools } from './pools.js';
import { asRun, tenantsOf } from './recon-scope.js';

const LINES_AT_ONCE = 2_000;

/** Stages an input's lines and finds the operation of each: a handful of statements, however many lines there are. */
export const matchLines =
  (pools: Pools): ReconWork['match'] =>
  async (run, lines) => {
    const tenants = await tenantsOf(pools, run.connectionId);
    return asRun(
      pools,
      run,
      tenants,
      async (client) => {
        await client.query('DELETE FROM recon_line WHERE run_id = $1', [run.id]);
        const count = await stage(client, run, lines);
        const { id, connectionId, scheme, businessDate } = run;
        await client.query({ name: 'match-reference', text: BY_REFERENCE, values: [id, connectionId] });
        await client.query({
          name: 'match-supplier-reference',
          text: BY_SUPPLIER_REFERENCE,
          values: [id, connectionId, scheme],
        });
        const around = [id, connectionId, businessDate];
        await client.query({ name: 'match-original', text: BY_ORIGINAL, values: around });
        await client.query({ name: 'match-original-again', text: BY_ORIGINAL_AGAIN, values: [id] });
        await client.query({ name: 'match-original-otherwise', text: BY_ORIGINAL_OTHERWISE, values: around });
        await client.query({ name: 'match-claims', text: CLAIMS, values: [id, businessDate] });
        const updated = await client.query<ClaimRecord>(
          `UPDATE recon_run SET stage = 'settle', lines = $3, updated_at = clock_timestamp()
         WHERE tenant_id = $1 AND id = $2 RETURNING ${RUN_COLUMNS}`,
          [run.tenantId, run.id, count],
        );
        const record = updated.rows[0];
        return record === undefined ? null : toClaimed(record);
      },
      'stage',
    );
  };

async function stage(client: pg.PoolClient, run: ClaimedRun, lines: Iterable<StagedLine>): Promise<number> {
  let count = 0;
  let some: Record<string, unknown>[] = [];
  const write = async (): Promise<void> => {
    await client.query({
      name: 'stage-lines',
      text: `
        INSERT INTO recon_line (tenant_id, run_id, line, reference, original_reference, supplier_reference,
          our_reference, our_original, member_index, kind, points, posted_at)
        SELECT $1, $2, line, reference, original_reference, supplier_reference,
          CASE WHEN length(reference) = 20 THEN reference END,
          CASE WHEN length(original_reference) = 20 THEN original_reference END,
          decode(member_index, 'hex'), kind, points, posted_at
        FROM jsonb_to_recordset($3::jsonb) AS l (line integer, reference text, original_reference text,
          supplier_reference text, member_index text, kind text, points bigint, posted_at timestamptz)`,
      values: [run.tenantId, run.id, JSON.stringify(some)],
    });
    count += some.length;
    some = [];
  };
  for (const line of lines) {
    some.push(lineJson(line));
    if (some.length === LINES_AT_ONCE) await write();
  }
  await write();
  return count;
}

function lineJson(line: StagedLine): Record<string, unknown> {
  return {
    line: line.line,
    reference: line.reference,
    original_reference: line.originalReference,
    supplier_reference: line.supplierReference,
    member_index: line.memberIndex,
    kind: line.kind,
    points: line.points,
    posted_at: line.postedAt,
  };
}

/**
 * Which operation each line names, one rule after the other; the rule stays on the line. What is compared stands in
 * columns: row-level security lets no index be searched for what a function may first have to make.
 */
const BY_REFERENCE = `
  UPDATE recon_line s SET operation_tenant = o.tenant_id, operation_id = o.id, rule = 'reference'
  FROM operation o
  WHERE s.run_id = $1 AND o.reference = s.our_reference AND o.connection_id = $2`;

/** What takes an operation back may be listed under the supplier reference of what it takes back, and is not that. */
const BY_SUPPLIER_REFERENCE = `
  UPDATE recon_line s SET operation_tenant = o.tenant_id, operation_id = o.id, rule = 'supplier-reference'
  FROM receipt r JOIN operation o ON (o.tenant_id, o.id) = (r.tenant_id, r.operation_id)
  WHERE s.run_id = $1 AND s.operation_id IS NULL AND r.scheme = $3 AND r.supplier_reference = s.supplier_reference
    AND o.connection_id = $2 AND (s.original_reference IS NULL OR s.kind = o.kind)`;

/**
 * What takes an operation back and has lost its own reference on the way: the first of such lines is the first of such
 * operations, of those with the same points to begin with.
 */
const byOriginal = (alike: 'same-points' | 'any-points'): string => `
  WITH line AS (
    SELECT s.line, s.kind, abs(s.points) AS total, g.tenant_id, g.id AS original_id,
      row_number() OVER (PARTITION BY g.id, s.kind${alike === 'same-points' ? ', s.points' : ''} ORDER BY s.line) AS nth
    FROM recon_line s JOIN operation g ON g.reference = s.our_original AND g.connection_id = $2
    WHERE s.run_id = $1 AND s.operation_id IS NULL AND s.kind IN ('reversal', 'refund')
  ),
  back AS (
    SELECT o.tenant_id, o.id, o.original_id, o.kind, o.points + o.bonus_points AS total,
      row_number() OVER (
        PARTITION BY o.original_id, o.kind${alike === 'same-points' ? ', o.points + o.bonus_points' : ''}
        ORDER BY o.created_at, o.id) AS nth
    FROM operation o ${BOOKED}
    WHERE (o.tenant_id, o.original_id) IN (SELECT tenant_id, original_id FROM line) AND o.supplier_reference IS NULL
      AND ${SENT} AND (o.next_action_at IS NOT NULL OR t.id IS NOT NULL)
      AND NOT EXISTS (SELECT FROM recon_line n WHERE n.run_id = $1 AND n.operation_id = o.id)
      AND NOT ${claimedOnAnotherDay('$3')}
  )
  UPDATE recon_line s SET operation_tenant = back.tenant_id, operation_id = back.id, rule = 'original'
  FROM line JOIN back USING (tenant_id, original_id, kind, ${alike === 'same-points' ? 'total, ' : ''}nth)
  WHERE s.run_id = $1 AND s.line = line.line`;

const BY_ORIGINAL = byOriginal('same-points');
/** What is left on both sides is the same with other points: neither something we never sent nor, in time, absent. */
const BY_ORIGINAL_OTHERWISE = byOriginal('any-points');

/** More such lines than operations: the same was taken back once more. */
const BY_ORIGINAL_AGAIN = `
  UPDATE recon_line s SET operation_tenant = f.operation_tenant, operation_id = f.operation_id, rule = 'original'
  FROM (
    SELECT DISTINCT ON (original_reference, kind, points) original_reference, kind, points, operation_tenant,
      operation_id
    FROM recon_line WHERE run_id = $1 AND operation_id IS NOT NULL AND original_reference IS NOT NULL
    ORDER BY original_reference, kind, points, line
  ) f
  WHERE s.run_id = $1 AND s.operation_id IS NULL AND s.reference IS NULL
    AND (s.original_reference, s.kind, s.points) = (f.original_reference, f.kind, f.points)`;

/**
 * Each operation is paired with one line: of its own kind, with the supplier reference that it knows, or else the
 * first.
 */
const CLAIMS = `
  UPDATE recon_line s SET claims = true
  FROM (
    SELECT s.line, row_number() OVER (PARTITION BY s.operation_id
      ORDER BY s.kind = o.kind DESC, s.supplier_reference IS NOT DISTINCT FROM o.supplier_reference DESC, s.line) AS nth
    FROM recon_line s JOIN operation o ON (o.tenant_id, o.id) = (s.operation_tenant, s.operation_id)
    WHERE s.run_id = $1 AND NOT ${claimedOnAnotherDay('$2')}
  ) pair
  WHERE s.run_id = $1 AND s.line = pair.line AND pair.nth = 1`;
