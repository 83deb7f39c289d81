import type { Suppliers } from '../supplier/ports.js';
import type { LinkStore, PendingLink } from './ports.js';
import type { MemberVault } from './vault.js';
import { verify } from './verify.js';

const HOLD_MS = 30_000;
const WITHIN_MS = 10_000;
const MAX_WAIT_MS = 900_000;

export interface VerifyPendingDeps {
  readonly store: LinkStore;
  readonly suppliers: Suppliers;
  readonly vault: MemberVault;
  readonly random: () => number;
}

/** Verifies links whose supplier could not be asked inside the request; gives back how many were taken up. */
export async function verifyPending(deps: VerifyPendingDeps, limit: number): Promise<number> {
  const due = await deps.store.claimPending(limit, HOLD_MS);
  await Promise.all(due.map((pending) => verifyOne(deps, pending)));
  return due.length;
}

async function verifyOne(deps: VerifyPendingDeps, pending: PendingLink): Promise<void> {
  const { link, member } = pending;
  const supplier = await deps.suppliers.of(link.connectionId);
  const open = deps.vault.open(member);
  const form = deps.vault.openForm(member);
  const verification = await verify(
    supplier,
    { memberNumber: open.memberNumber, holder: open.holder, form },
    WITHIN_MS,
  );
  switch (verification.outcome) {
    case 'verified': {
      const { handle, tier } = verification.verified;
      const owner = { tenantId: link.tenantId, subjectId: link.subjectId, linkId: link.id };
      const wrapped = member.wrappedKey;
      if (wrapped === null) return;
      const sealed = deps.vault.sealHandle(owner, { version: member.keyVersion, wrapped }, handle);
      await deps.store.settlePending(pending, { state: 'active', handle: sealed, tier: tier ?? null });
      return;
    }
    case 'refused':
      await deps.store.settlePending(pending, { state: 'relink-needed', reason: verification.reason });
      return;
    case 'later': {
      // The longer it has waited, the less often it is tried: a quarter of its age, within bounds.
      const age = Date.now() - link.createdAt.getTime();
      const againInMs = Math.min(MAX_WAIT_MS, Math.max(2_000, age / 4)) * (0.8 + 0.4 * deps.random());
      await deps.store.settlePending(pending, { state: 'pending', againInMs });
      return;
    }
    default:
      verification satisfies never;
  }
}
