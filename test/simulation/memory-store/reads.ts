import { createHash } from 'node:crypto';
import { covers } from '../../../src/core/access/covers.js';
import type { Caller } from '../../../src/core/access/caller.js';
import type { Page, PageRequest } from '../../../src/core/answer.js';
import type { OperationFilter, OperationRow } from '../../../src/core/operation/ports.js';
import { invalid } from '../../../src/core/problem.js';
import type { Base } from './base.js';
import { operationOf, type StoredOperation } from './tables.js';

/** Whether a caller may see an operation at all. */
export function visible(caller: Caller, row: StoredOperation): boolean {
  return row.tenantId === caller.tenantId && covers(caller, row.organisation);
}

export function readOperation({ tables }: Base, caller: Caller, id: string): OperationRow | null {
  const row = operationOf(tables, caller.tenantId, id);
  return row !== null && visible(caller, row) ? row : null;
}

/** Newest first, by id. */
export function listOperations(
  { tables }: Base,
  caller: Caller,
  filter: OperationFilter,
  page: PageRequest,
): Page<OperationRow> {
  const before = page.cursor === undefined ? null : readCursor(caller.tenantId, page.cursor);
  const rows = [...tables.operations.values()]
    .filter((row) => visible(caller, row) && fits(row, filter) && (before === null || row.id < before))
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, next: rows.length > page.limit && last ? writeCursor(caller.tenantId, last.id) : null };
}

function fits(row: StoredOperation, { state, kind, scheme, linkId, from, to }: OperationFilter): boolean {
  return (
    (state === undefined || row.state === state) &&
    (kind === undefined || row.kind === kind) &&
    (scheme === undefined || row.scheme === scheme) &&
    (linkId === undefined || row.linkId === linkId) &&
    (from === undefined || row.createdAt.getTime() >= Date.parse(from)) &&
    (to === undefined || row.createdAt.getTime() < Date.parse(to))
  );
}

function writeCursor(tenantId: string, id: string): string {
  return Buffer.from(`${id}~${binding(tenantId, id)}`).toString('base64url');
}

function readCursor(tenantId: string, cursor: string): string {
  const [id = '', bound] = Buffer.from(cursor, 'base64url').toString('utf8').split('~');
  if (bound !== binding(tenantId, id)) throw invalid('/query/cursor', 'is not a cursor of this list');
  return id;
}

function binding(tenantId: string, id: string): string {
  return createHash('sha256').update(`${tenantId}|${id}`).digest('hex').slice(0, 16);
}
