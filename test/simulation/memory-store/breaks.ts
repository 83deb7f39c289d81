import { signedPoints } from '../../../src/core/operation/signed-points.js';
import type { BreakBook } from '../../../src/core/reconcile/break-book.js';
import type { Base } from './base.js';
import { operationOf } from './tables.js';

/** What is open between the books of both sides, per operation. */
export function memoryBreaks({ tables }: Base): BreakBook {
  const open = (tenantId: string, operationId: string) =>
    tables.breaks.findIndex(
      (one) => one.tenantId === tenantId && one.operationId === operationId && one.state === 'open',
    );
  return {
    disputed: async (tenantId, operationIds) => new Set(operationIds.filter((id) => open(tenantId, id) >= 0)),
    confirmed: async (tenantId, operationId) => {
      const at = open(tenantId, operationId);
      const found = tables.breaks[at];
      if (found === undefined) return 0;
      tables.breaks[at] = { ...found, state: 'auto-resolved' };
      return 1;
    },
    differs: async (tenantId, operationId, theirPoints) => {
      const row = operationOf(tables, tenantId, operationId);
      if (row === null || open(tenantId, operationId) >= 0) return;
      const ours = tables.ledger.has(operationId) ? signedPoints(row) : 0;
      tables.breaks.push({ tenantId, operationId, difference: ours - (theirPoints ?? 0), state: 'open' });
    },
  };
}
