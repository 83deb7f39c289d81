import type { BreakRow, ReconDesk } from '../core/reconcile/ports.js';
import { toTypeId } from '../spec/typeid.js';
import { BREAK_COLUMNS, toBreak } from './break-reads.js';
import { withinOrganisation } from './organisation.js';
import type { Pools } from './pools.js';
import { instant } from './recon-fragments.js';
import { answerOnce, writeAudit } from './recon-once.js';

/** An act on a break as it stands, under its lock: break, audit and answer commit together. */
export const actOnBreak =
  (pools: Pools): ReconDesk['act'] =>
  ({ caller, breakId, reason, request, decide, answer }) =>
    answerOnce(
      pools,
      caller,
      request,
      [],
      async (client) => {
        const locked = await client.query<Record<string, unknown>>({
          name: 'lock-break',
          text: `SELECT ${BREAK_COLUMNS} FROM break b
          WHERE b.tenant_id = $1 AND b.id = $2 AND ${withinOrganisation('b.organisation', '$3')} FOR UPDATE`,
          values: [caller.tenantId, breakId, caller.organisation],
        });
        const before = locked.rows[0] === undefined ? null : toBreak(locked.rows[0]);
        const change = decide(before);
        const updated = await client.query<Record<string, unknown>>({
          name: 'act-on-break',
          text: `
          UPDATE break b SET state = coalesce($3, state), owner = coalesce($4, owner), updated_at = clock_timestamp(),
            resolution = CASE WHEN $5::text IS NULL THEN resolution
              ELSE jsonb_build_object('by', $5::text, 'reason', $6::text, 'at', ${instant('clock_timestamp()')}) END
          WHERE b.tenant_id = $1 AND b.id = $2 RETURNING ${BREAK_COLUMNS}`,
          values: [
            caller.tenantId,
            breakId,
            change.state ?? null,
            change.owner ?? null,
            change.resolution?.by ?? null,
            change.resolution?.reason ?? null,
          ],
        });
        if (before === null || updated.rows[0] === undefined) throw new Error('the break was not acted on');
        const after = toBreak(updated.rows[0]);
        await writeAudit(client, caller, {
          act: `break.${change.act}`,
          subject: toTypeId('brk', breakId),
          reason,
          before: standing(before),
          after: standing(after),
        });
        return answer(after);
      },
      'break-act',
    );

function standing({ state, owner }: BreakRow) {
  return { state, owner };
}
