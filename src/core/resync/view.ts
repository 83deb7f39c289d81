import { toTypeId } from '../../spec/typeid.js';
import type { StoredAnswer } from '../answer.js';
import type { ResyncItemRow, ResyncProgress, ResyncRow } from './ports.js';
import { LOOK_RESULTS, type LookResult, type ResyncItemView, type ResyncScope, type ResyncView } from './resyncs.js';

/** A resync as the outside sees it. */
export function resyncView(row: ResyncRow & ResyncProgress): ResyncView {
  return {
    id: toTypeId('rsy', row.id),
    state: row.state,
    dryRun: row.dryRun,
    scope: publicScope(row.scope),
    reason: row.reason,
    total: row.total,
    done: row.done,
    changed: row.changed,
    quotaCost: row.calls,
    lane: 'support',
    counts: Object.fromEntries(LOOK_RESULTS.map((result) => [result, row.counts[result] ?? 0])) as Record<
      LookResult,
      number
    >,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

/**
 * The 202: a resync as it was accepted, so that all who join it are told the same; how far it is by now tells reading
 * it.
 */
export function acceptedAnswer(row: ResyncRow): StoredAnswer {
  const fresh = { state: 'queued', finishedAt: null, done: 0, changed: 0, calls: 0, counts: {} } as const;
  const view = resyncView({ ...row, ...fresh });
  return {
    status: 202,
    contentType: 'application/json',
    body: JSON.stringify(view),
    location: `/v1/support/resyncs/${view.id}`,
  };
}

export function itemView(row: ResyncItemRow): ResyncItemView {
  return {
    operationId: row.operationId === null ? null : toTypeId('op', row.operationId),
    linkId: toTypeId('lnk', row.linkId),
    result: row.result,
    from: row.from,
    to: row.to,
    calls: row.calls,
  };
}

function publicScope({ linkId, operationIds, ...scope }: ResyncScope): ResyncScope {
  return {
    ...scope,
    ...(linkId === undefined ? {} : { linkId: toTypeId('lnk', linkId) }),
    ...(operationIds === undefined ? {} : { operationIds: operationIds.map((id) => toTypeId('op', id)) }),
  };
}
