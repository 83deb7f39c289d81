import type { QueueLane, WakeUp } from '../core/operation/ports.js';
import { crashPoint } from '../spec/crash-point.js';
import type { Pools } from './pools.js';
import { asRole } from './tenant-scope.js';

interface OutboxRecord {
  readonly tenant_id: string;
  readonly lane: QueueLane;
  readonly connection_id: string;
  readonly operation_id: string;
  readonly delay_ms: number;
}

/** One wake-up carries at most this many operations. */
const HINTS_AT_MOST = 16;
/** Wake-ups this close together travel together; none is ever early. */
const TOGETHER_MS = 50;

/**
 * Hands wake-ups to `publish` and deletes them in the same transaction, oldest first; gives back how many. When `publish` throws
 * they stay and come again; when this process dies after it they come twice, which a hint may.
 */
export async function publishOutbox(
  pools: Pools,
  limit: number,
  publish: (wakeUps: readonly WakeUp[]) => Promise<void>,
): Promise<number> {
  return asRole(
    pools.relay,
    async (client) => {
      const taken = await client.query<OutboxRecord>({
        name: 'take-outbox',
        text: `
        DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING tenant_id, lane, connection_id, operation_id,
          greatest(0, ceil(extract(epoch FROM due_at - clock_timestamp()) * 1000))::float8 AS delay_ms`,
        values: [limit],
      });
      if (taken.rows.length === 0) return 0;
      crashPoint('before-queue-add');
      await publish(bundled(taken.rows));
      return taken.rows.length;
    },
    (published) => (published > 0 ? 'publish' : undefined),
  );
}

function bundled(records: readonly OutboxRecord[]): WakeUp[] {
  const open = new Map<
    string,
    { lane: QueueLane; connectionId: string; delayMs: number; hints: { tenantId: string; id: string }[] }
  >();
  const done: WakeUp[] = [];
  for (const record of records) {
    const delayMs = record.delay_ms === 0 ? 0 : Math.ceil(record.delay_ms / TOGETHER_MS) * TOGETHER_MS;
    const name = `${record.lane}|${record.connection_id}|${delayMs}`;
    const bundle = open.get(name) ?? { lane: record.lane, connectionId: record.connection_id, delayMs, hints: [] };
    open.set(name, bundle);
    bundle.hints.push({ tenantId: record.tenant_id, id: record.operation_id });
    if (bundle.hints.length === HINTS_AT_MOST) {
      done.push(bundle);
      open.delete(name);
    }
  }
  return [...done, ...open.values()];
}
