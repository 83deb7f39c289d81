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
/** Once is enough to pass over a lost answer; more would weigh on a supplier in trouble and open its breaker for everybody. */
const READ_AGAIN = 1;

export interface ReadAccountDeps {
  readonly store: Pick<LinkStore, 'get' | 'sealed' | 'knownAccount' | 'saveAccount'>;
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
  const { known, age } = await newest(deps, caller, link, maxAgeSeconds);
  if (age !== 'live') return knownView(known, age);
  return { ...accountFields(known), asOf: known.asOf.toISOString(), source: 'live', stale: false };
}

/**
 * Brings the mirrored balance up to date where it is older than `maxAgeSeconds` and the supplier answers, for our own books and nobody's
 * eyes. Throws `ACCOUNT_UNAVAILABLE` where nothing at all is known.
 */
export async function mirrorAccount(
  deps: ReadAccountDeps,
  caller: Caller,
  link: LinkRow,
  maxAgeSeconds: number,
): Promise<void> {
  await newest(deps, caller, link, maxAgeSeconds);
}

async function newest(
  deps: ReadAccountDeps,
  caller: Caller,
  link: LinkRow,
  maxAgeSeconds: number,
): Promise<{ readonly known: KnownAccount; readonly age: 'fresh' | 'live' | 'stale' }> {
  const known = await deps.store.knownAccount(caller, link.id);
  if (known !== null && known.ageMs <= maxAgeSeconds * 1000) return { known, age: 'fresh' };
  const asked = performance.now();
  const account = await askSupplier(deps, caller, link);
  if (account !== null) {
    return { known: await deps.store.saveAccount(caller, link, account, performance.now() - asked), age: 'live' };
  }
  if (known === null) throw new Problem('ACCOUNT_UNAVAILABLE');
  return { known, age: 'stale' };
}

/** What is known without asking anybody. */
export function knownView(known: KnownAccount, age: 'fresh' | 'stale'): AccountView {
  const source = known.source === 'live' ? 'cached' : known.source;
  return { ...accountFields(known), asOf: known.asOf.toISOString(), source, stale: age === 'stale' };
}

/** A read inside the request's deadline, tried once more where that can help; `null` when the supplier gave no usable answer. */
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
    return await pRetry(read, { retries: READ_AGAIN, minTimeout: 100, maxTimeout: 1_000, randomize: true, signal });
  } catch {
    return null;
  }
}

function stopOnAnswers(error: unknown): never {
  if (error instanceof AdapterFault && (error.fault.kind === 'not-sent' || error.fault.kind === 'unknown-outcome'))
    throw error;
  throw new AbortError(error instanceof Error ? error : new Error('not an error'));
}

/** What our own books have set aside is not available, whatever the supplier says, and is held. */
function accountFields({
  account,
  reserved,
  setAside,
}: KnownAccount): Pick<AccountView, 'balance' | 'tier' | 'expiring'> {
  const { tier } = account;
  const held = setAside === 0 ? account.held : (account.held ?? 0) + setAside;
  return {
    balance: { available: account.available - reserved, pending: account.pending ?? null, held: held ?? null },
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
