import type { Answer } from '../../../src/core/answer.js';
import type {
  ActRequest,
  NewQuote,
  QuoteRow,
  RedemptionRequest,
  RedemptionStore,
} from '../../../src/core/redemption/ports.js';
import { Problem } from '../../../src/core/problem.js';
import { factsOf, insertOperation } from './accept.js';
import { availableOf } from './accounts.js';
import { snapshotOf } from './ages.js';
import { applyDecision } from './apply.js';
import type { Base } from './base.js';
import { keep, replayed } from './keys.js';
import { visible } from './reads.js';
import { operationOf, type StoredOperation } from './tables.js';

/** Redemptions in memory: every write is one turn of the event loop. */
export function memoryRedemptions(base: Base): RedemptionStore {
  return {
    link: async ({ tenantId }, linkId) => factsOf(base, tenantId, linkId),
    saveQuote: async (_caller, quote) => saveQuote(base, quote),
    quote: async ({ tenantId }, quoteId) => quoteOf(base, tenantId, quoteId),
    accept: async (request) => accept(base, request),
    act: async (request) => act(base, request),
  };
}

function saveQuote({ tables, now }: Base, { validForMs, ...quote }: NewQuote): QuoteRow {
  const at = now();
  const row = { ...quote, createdAt: new Date(at), expiresAt: new Date(at + validForMs), redemptionId: null };
  tables.quotes.set(quote.id, row);
  return row;
}

function quoteOf({ tables }: Base, tenantId: string, quoteId: string): QuoteRow | null {
  const quote = tables.quotes.get(quoteId);
  return quote?.tenantId === tenantId ? quote : null;
}

/** A quote makes one redemption; a soft hold sets points aside with the acceptance. */
function accept(base: Base, { caller, quoteId, request, prepare, accepted }: RedemptionRequest): Answer {
  const { tables, now } = base;
  const { tenantId } = caller;
  const quote = quoteOf(base, tenantId, quoteId);
  const known = replayed(base, tenantId, request);
  if (known !== null) return known;
  const link = quote === null ? null : factsOf(base, tenantId, quote.linkId);
  const available = quote?.holdKind === 'soft' ? availableOf(base, quote.linkId) : null;
  const operation = prepare({ quote, link, available, now: new Date(now()) });
  insertOperation(base, operation);
  if (operation.hold?.kind === 'soft') {
    const { id: operationId, linkId, points } = operation;
    tables.reservations.set(operationId, { tenantId, operationId, linkId, points, endedAt: null, outcome: null });
  }
  if (quote !== null) tables.quotes.set(quoteId, { ...quote, redemptionId: operation.id });
  return keep(base, tenantId, request, accepted(operation));
}

/** Judged by what stands there: of two rivals the second sees what the first did. */
function act(base: Base, { caller, redemptionId, request, judge, acted }: ActRequest): Answer {
  const { tables, now } = base;
  const row = operationOf(tables, caller.tenantId, redemptionId);
  const known = replayed(base, caller.tenantId, request);
  if (known !== null) return known;
  if (row?.kind !== 'redemption' || !visible(caller, row)) throw new Problem('NOT_FOUND');
  const judged = judge(row, snapshotOf(tables, row, now()));
  if (judged.act === 'become') {
    const applied = applyDecision(base, { operation: row, decision: judged.decision, token: row.leaseToken });
    if (applied === null) throw new Error('a locked redemption changed');
  }
  if (judged.act === 'note') note(base, row, judged.intent);
  return keep(base, caller.tenantId, request, acted(tables.operations.get(redemptionId) ?? row));
}

/** Beside whatever is under way; a second look that has to come after a gap is not hastened. */
function note({ tables, now }: Base, row: StoredOperation, intent: 'release'): void {
  const at = now();
  const hastens = row.leaseUntil === null && row.absences === 0;
  const nextActionAt = hastens ? new Date(at) : row.nextActionAt;
  tables.operations.set(row.id, { ...row, intent, nextActionAt, updatedAt: new Date(at) });
  if (!hastens) return;
  const { tenantId, id: operationId, connectionId } = row;
  tables.outbox.push({ tenantId, lane: 'lookup', connectionId, operationId, dueAt: at });
}
