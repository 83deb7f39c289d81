import { toTypeId } from '../../spec/typeid.js';
import type { StoredAnswer } from '../answer.js';
import type { ConnectionView } from './connections.js';
import type { ConnectionRow } from './ports.js';

/** A connection as the operator sees it. */
export function connectionView(row: ConnectionRow): ConnectionView {
  return {
    id: toTypeId('con', row.id),
    scheme: row.scheme,
    tenantId: row.tenantId === null ? null : toTypeId('ten', row.tenantId),
    settings: row.settings,
    timing: row.timing,
    state: row.state,
    reason: row.reason,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function createdAnswer(row: ConnectionRow): StoredAnswer {
  const view = connectionView(row);
  return {
    status: 201,
    contentType: 'application/json',
    body: JSON.stringify(view),
    location: `/v1/admin/connections/${view.id}`,
  };
}
