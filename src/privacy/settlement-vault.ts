import type { InputVault, OperatorKey } from '../core/reconcile/ports.js';
import { CONNECTIONS_SUBJECT, OPERATOR_TENANT } from './connection-secrets.js';
import { unwrapDataKey } from './data-key.js';
import { type DataKey, open, type Place, seal } from './envelope.js';
import type { MasterKey } from './master-key.js';

/** Seals what suppliers' settlements say under the operator's data key, each input bound to the run that keeps it. */
export function createSettlementVault(master: MasterKey): InputVault {
  const unwrap = ({ version, wrapped }: OperatorKey): DataKey =>
    unwrapDataKey(master, wrapped, { tenantId: OPERATOR_TENANT, subject: CONNECTIONS_SUBJECT, version });
  return {
    seal: (key, runId, bytes) => seal(unwrap(key), Buffer.from(bytes), place(runId)),
    open: (key, runId, sealed) => open(unwrap(key), sealed, place(runId)),
  };
}

function place(runId: string): Place {
  return { tenantId: OPERATOR_TENANT, table: 'recon_input', column: 'sealed', rowId: runId };
}
