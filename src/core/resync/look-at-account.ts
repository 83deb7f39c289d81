import { canonicalJson } from '../../spec/canonical.js';
import { AdapterFault } from '../../spec/errors.js';
import type { Account } from '../../spec/adapter.js';
import type { Caller } from '../access/caller.js';
import { memberOf, secretsOf } from '../link/member.js';
import type { LinkStore } from '../link/ports.js';
import { assertReadable } from '../link/readable.js';
import type { MemberVault } from '../link/vault.js';
import { Problem } from '../problem.js';
import type { Suppliers } from '../supplier/ports.js';
import { failedLook, type LookAgain, stays } from './look-again.js';
import type { Looking } from './look-at-operation.js';
import type { LookedAt } from './ports.js';

const READ_WITHIN_MS = 20_000;

export interface LookAtAccountDeps {
  readonly links: Pick<LinkStore, 'get' | 'sealed' | 'knownAccount' | 'saveAccount'>;
  readonly suppliers: Suppliers;
  readonly vault: MemberVault;
}

/** Reads a link's account anew and keeps it; it counts as changed when it says something else than the newest known. */
export async function lookAtAccount(
  deps: LookAtAccountDeps,
  { tenantId, dryRun }: Looking,
  linkId: string,
): Promise<LookedAt | LookAgain> {
  const ours: Caller = { tenantId, keyId: tenantId, scopes: new Set(), organisation: null };
  const link = await deps.links.get(ours, linkId);
  const sealed = await deps.links.sealed(ours, linkId);
  if (link === null || sealed === null || !mayBeRead(link)) return stays(null, 'cannot-look', 0);
  const supplier = await deps.suppliers.of(link.connectionId);
  if (supplier.adapter.member === undefined) return stays(null, 'cannot-look', 0);
  const open = deps.vault.open(sealed);
  const asked = performance.now();
  let calls = 0;
  const context = supplier.context({
    secrets: secretsOf(open),
    priority: 'support',
    signal: AbortSignal.timeout(READ_WITHIN_MS),
    observe: () => {
      calls += 1;
    },
  });
  let account: Account;
  try {
    account = await supplier.adapter.member.account(context, memberOf(open, supplier));
  } catch (error) {
    const fault = error instanceof AdapterFault ? error.fault : null;
    return failedLook(fault ?? { kind: 'unknown-outcome', detail: 'not a fault' }, calls, null);
  }
  const known = await deps.links.knownAccount(ours, linkId);
  const changed = known === null || canonicalJson(known.account) !== canonicalJson(account);
  if (!dryRun) await deps.links.saveAccount(ours, link, account, performance.now() - asked);
  return { ...stays(null, 'refreshed', calls), changed };
}

/** The same rule as for a traveller's own question: no link, no consent, no look. */
function mayBeRead(link: Parameters<typeof assertReadable>[0]): boolean {
  try {
    assertReadable(link);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
