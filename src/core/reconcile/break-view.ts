import { toTypeId } from '../../spec/typeid.js';
import type { BreakRow, Resolution } from './ports.js';
import type { BreakAction, BreakState, BreakView } from './reconciliations.js';
import { RESOLUTION_SENTENCES, VERDICT_SENTENCES } from './verdict-sentences.js';

/** A break as the outside sees it, its sentences in the reader's language. */
export function breakView(row: BreakRow, language: 'zh' | 'en'): BreakView {
  return {
    id: toTypeId('brk', row.id),
    reconciliationId: row.runId === null ? null : toTypeId('rcn', row.runId),
    scheme: row.scheme,
    businessDate: row.businessDate,
    kind: row.kind,
    reason: row.reason,
    message: VERDICT_SENTENCES[row.reason][language],
    state: row.state,
    owner: row.owner,
    difference: row.difference,
    operationId: row.operationId === null ? null : toTypeId('op', row.operationId),
    linkId: row.linkId === null ? null : toTypeId('lnk', row.linkId),
    reference: row.reference,
    supplierReference: row.supplierReference,
    ours: row.ours,
    theirs: row.theirs,
    actions: actionsOn(row),
    resolution: row.resolution === null ? null : { ...row.resolution, reason: inWords(row.resolution, language) },
    openedAt: row.openedAt.toISOString(),
  };
}

/**
 * What may be done about a break as it stands: nothing once it is closed, and a look only where there is something to
 * look for.
 */
export function actionsOn({ state, operationId }: Pick<BreakRow, 'state' | 'operationId'>): BreakAction[] {
  if (!isOpen(state)) return [];
  return operationId === null ? ['assign', 'resolve'] : ['look-up', 'assign', 'resolve'];
}

function isOpen(state: BreakState): boolean {
  switch (state) {
    case 'open':
    case 'assigned':
      return true;
    case 'auto-resolved':
    case 'resolved':
    case 'written-off':
      return false;
    default:
      return state satisfies never;
  }
}

/** A person's reason is told as it was given. */
function inWords({ by, reason }: Resolution, language: 'zh' | 'en'): string {
  const byItself = by === 'settlement' || by === 'look-up';
  const sentence = byItself
    ? (RESOLUTION_SENTENCES as Readonly<Record<string, { zh: string; en: string }>>)[reason]
    : undefined;
  return sentence?.[language] ?? reason;
}
