import { toTypeId } from '../../spec/typeid.js';
import type { Caller } from '../access/caller.js';
import { memberOf, secretsOf } from './member.js';
import { Problem } from '../problem.js';
import type { Suppliers } from '../supplier/ports.js';
import type { StatementLineView } from './links.js';
import type { LinkRow, LinkStore } from './ports.js';
import { assertReadable } from './readable.js';
import type { MemberVault } from './vault.js';

const READ_WITHIN_MS = 15_000;
const DEFAULT_DAYS = 90;

export interface ReadStatementDeps {
  readonly store: LinkStore;
  readonly suppliers: Suppliers;
  readonly vault: MemberVault;
}

/** The supplier's own lines about a member, with ours marked; 503 when the supplier cannot be asked. */
export async function readStatement(
  deps: ReadStatementDeps,
  caller: Caller,
  link: LinkRow,
  since: string | undefined,
): Promise<readonly StatementLineView[]> {
  assertReadable(link);
  const supplier = await deps.suppliers.of(link.connectionId);
  const statement = supplier.adapter.member?.statement;
  if (statement === undefined) throw new Problem('CAPABILITY_MISSING');
  const sealed = await deps.store.sealed(caller, link.id);
  if (sealed === null) throw new Problem('NOT_FOUND');
  const open = deps.vault.open(sealed);
  const context = supplier.context({ secrets: secretsOf(open), signal: AbortSignal.timeout(READ_WITHIN_MS) });
  const member = memberOf(open, supplier);
  const until = day(context.now() + 86_400_000);
  const range = { since: since ?? day(context.now() - DEFAULT_DAYS * 86_400_000), until };
  const lines = await statement(context, member, range).catch(() => {
    throw new Problem('SUPPLIER_UNAVAILABLE', { retryAfterSeconds: 10 });
  });
  const ours = await deps.store.ours(
    caller,
    link.id,
    lines.flatMap((line) => line.reference ?? []),
  );
  return lines.map((line) => {
    const operationId = line.reference === undefined ? undefined : ours.get(line.reference);
    return {
      supplierReference: line.supplierReference,
      points: line.points,
      kind: line.kind,
      date: line.date,
      description: line.description ?? null,
      operationId: operationId === undefined ? null : toTypeId('op', operationId),
    };
  });
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
