import type { TimelineEntry } from '../core/link/ports.js';
import type { Caller, Page, PageRequest } from '../core/request/ports.js';
import { toTypeId } from '../spec/typeid.js';
import type { Json } from '../spec/values.js';
import { pageOf, readEventCursor } from './cursor.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

interface EventRecord {
  readonly subject_kind: 'link' | 'operation';
  readonly subject_id: string;
  readonly sequence: number;
  readonly type: string;
  readonly from_state: string | null;
  readonly to_state: string;
  readonly detail: Json;
  readonly at: Date;
  readonly place: string;
}

/** Everything that happened to a member, newest first: the link's own events and those of its operations. */
export async function readTimeline(
  pools: Pools,
  caller: Caller,
  linkId: string,
  page: PageRequest,
): Promise<Page<TimelineEntry>> {
  const [at, subject, sequence] = readEventCursor(caller.tenantId, page.cursor);
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<EventRecord>({
      name: 'read-timeline',
      text: `
        SELECT subject_kind, subject_id, sequence, type, from_state, to_state, detail, at,
          (at AT TIME ZONE 'UTC')::text || '+00|' || subject_id || '|' || sequence AS place
        FROM event WHERE tenant_id = $1 AND link_id = $2
          AND ($3::timestamptz IS NULL OR (at, subject_id, sequence) < ($3::timestamptz, $4::uuid, $5::int))
        ORDER BY at DESC, subject_id DESC, sequence DESC LIMIT $6`,
      values: [caller.tenantId, linkId, at ?? null, subject ?? null, sequence ?? null, page.limit + 1],
    });
    const { items, next } = pageOf(caller.tenantId, found.rows, page.limit, (row) => row.place);
    return { items: items.map(toEntry), next };
  });
}

function toEntry(row: EventRecord): TimelineEntry {
  return {
    at: row.at.toISOString(),
    subject: toTypeId(row.subject_kind === 'link' ? 'lnk' : 'op', row.subject_id),
    type: row.type,
    from: row.from_state,
    to: row.to_state,
    detail: row.detail,
  };
}
