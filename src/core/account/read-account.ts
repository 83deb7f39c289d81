import pRetry, { AbortError } from 'p-retry';
import type { Account } from '../../spec/adapter.js';
import { AdapterFault } from '../../spec/errors.js';
import type { Caller } from '../access/caller.js';
import type { AccountView } from '../link/links.js';
import type { KnownAccount, LinkRow, LinkStore } from '../link/ports.js';
import { assertReadable } from '../link/readable.js';
import type { MemberVault } from '../link/vault.js';
import { memberOf, secretsOf } from '../link/member.js';
import { Problem } from '../problem.js';
import type { Suppliers } from '../supplier/ports.js';

const READ_WITHIN_MS = 8_000;

export interface ReadAccountDeps {
  readonly store: LinkStore;
  readonly suppliers: Suppliers;
  readonly vault: MemberVault;
}

/** The account as the supplier has it, at most `maxAgeSeconds` old; else the newest known, said to be stale; never a zero instead. */
export async function readAccount(
  deps: ReadAccountDeps,
  caller: Caller,
  link: LinkRow,
  maxAgeSeconds: number,
): Promise<AccountView> {
  assertReadable(link);
  const known = await deps.store.knownAccount(caller, link.id);
  if (known !== null && known.ageMs <= maxAgeSeconds * 1000) return knownView(known, 'fresh');
  const live = await askSupplier(deps, caller, link);
  if (live !== null) {
    const asOf = await deps.store.saveAccount(caller, link, live);
    return { ...accountFields(live), asOf: asOf.toISOString(), source: 'live', stale: false };
  }
  if (known === null) throw new Problem('ACCOUNT_UNAVAILABLE');
  return knownView(known, 'stale');
}

/** What is known without asking anybody. */
export function knownView(known: KnownAccount, age: 'fresh' | 'stale'): AccountView {
  const source = known.source === 'live' ? 'cached' : known.source;
  return { ...accountFields(known.account), asOf: known.asOf.toISOString(), source, stale: age === 'stale' };
}

/** A read inside the request's deadline, tried again while that lasts; `null` when the supplier gave no usable answer. */
async function askSupplier(deps: ReadAccountDeps, caller: Caller, link: LinkRow): Promise<Account | null> {
  const supplier = await deps.suppliers.of(link.connectionId);
  const { member: port } = supplier.adapter;
  if (port === undefined) throw new Problem('CAPABILITY_MISSING');
  const sealed = await deps.store.sealed(caller, link.id);
  if (sealed === null) return null;
  const open = deps.vault.open(sealed);
  const member = memberOf(open, supplier);
  const signal = AbortSignal.timeout(READ_WITHIN_MS);
  const read = () => port.account(supplier.context({ secrets: secretsOf(open), signal }), member).catch(stopOnAnswers);
  try {
    return await pRetry(read, { retries: 2, minTimeout: 100, maxTimeout: 1_000, randomize: true, signal });
  } catch {
    return null;
  }
}

function stopOnAnswers(error: unknown): never {
  if (error instanceof AdapterFault && (error.fault.kind === 'not-sent' || error.fault.kind === 'unknown-outcome'))
    throw error;
  throw new AbortError(error instanceof Error ? error : new Error('not an error'));
}

function accountFields(account: Account): Pick<AccountView, 'balance' | 'tier' | 'expiring'> {
  const { tier } = account;
  return {
    balance: { available: account.available, pending: account.pending ?? null, held: account.held ?? null },
    tier:
      tier === undefined
        ? null
        : {
            code: tier.code,
            progress:
              tier.progress === undefined
                ? null
                : { current: tier.progress.current, next: tier.progress.next ?? null, unit: tier.progress.unit },
          },
    expiring: (account.expiring ?? []).map((lot) => ({
      points: lot.points,
      expiresOn: lot.expiresOn,
      source: 'supplier' as const,
    })),
  };
}
