import { createHash } from 'node:crypto';
import { invalid, type Page } from '../core/request/ports.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const APPROVAL_PLACE = /^[01]\|[0-9a-f-]{36}$/;
const EVENT_PLACE = /^[0-9-]+ [0-9:.]+\+00\|[0-9a-f-]{36}\|[0-9]+$/;

/** Where a page ended, bound to its tenant: another tenant's cursor, or a made-up one, is refused. */
function writeCursor(tenantId: string, id: string): string {
  return Buffer.from(`${id}~${binding(tenantId, id)}`).toString('base64url');
}

/** The id a cursor stands for; `null` for the first page, a 422 for anything that is not one of ours. */
export function readCursor(tenantId: string, cursor: string | undefined): string | null {
  return cursor === undefined ? null : bound(tenantId, cursor, UUID);
}

/** The place in a timeline, `time|subject|sequence`, that a cursor stands for. */
export function readEventCursor(tenantId: string, cursor: string | undefined): readonly (string | undefined)[] {
  return cursor === undefined ? [] : bound(tenantId, cursor, EVENT_PLACE).split('|');
}

/** The place in the approvals, `waits|id`, that a cursor stands for: those that wait, 1, come before the others, 0. */
export function readApprovalCursor(tenantId: string, cursor: string | undefined): readonly (string | undefined)[] {
  return cursor === undefined ? [] : bound(tenantId, cursor, APPROVAL_PLACE).split('|');
}

function bound(tenantId: string, cursor: string, form: RegExp): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const at = text.lastIndexOf('~');
  const id = text.slice(0, Math.max(0, at));
  if (!form.test(id) || text.slice(at + 1) !== binding(tenantId, id))
    throw invalid('/query/cursor', 'is not a cursor of this list');
  return id;
}

/** A page of what was read one beyond its limit. */
export function pageOf<T>(tenantId: string, rows: readonly T[], limit: number, idOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? writeCursor(tenantId, idOf(last)) : null };
}

/** No secret: row-level security keeps foreign rows away; this only turns a foreign or forged cursor into a clear error. */
function binding(tenantId: string, id: string): string {
  return createHash('sha256').update(`${tenantId}|${id}`).digest('hex').slice(0, 16);
}
