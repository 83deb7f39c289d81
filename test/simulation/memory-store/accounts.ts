import type { KnownAccount } from '../../../src/core/link/ports.js';
import type { ReadAccountDeps } from '../../../src/core/account/read-account.js';
import type { Base } from './base.js';
import { linkOf, type Reservation } from './tables.js';

/** What reading an account needs of the links. */
export function memoryAccounts(base: Base): ReadAccountDeps['store'] {
  const { tables, now } = base;
  return {
    get: async ({ tenantId }, id) => linkOf(tables, tenantId, id)?.row ?? null,
    sealed: async ({ tenantId }, id) => linkOf(tables, tenantId, id)?.sealed ?? null,
    knownAccount: async ({ tenantId }, id) => (linkOf(tables, tenantId, id) === null ? null : known(base, id)),
    saveAccount: async (_caller, link, account, askedMsAgo) => {
      const asOf = now() - askedMsAgo;
      const before = tables.accounts.get(link.id);
      if (before === undefined || before.asOf < asOf) tables.accounts.set(link.id, { account, asOf });
      const saved = known(base, link.id);
      if (saved === null) throw new Error('the account was not saved');
      return saved;
    },
  };
}

/** The mirrored balance less what is set aside, or was spent since; `null` where none is known. */
export function availableOf({ tables }: Base, linkId: string): number | null {
  const mirrored = tables.accounts.get(linkId);
  if (mirrored === undefined) return null;
  return mirrored.account.available - points(notAvailable([...tables.reservations.values()], linkId, mirrored.asOf));
}

function known({ tables, now }: Base, linkId: string): KnownAccount | null {
  const mirrored = tables.accounts.get(linkId);
  if (mirrored === undefined) return null;
  const { account, asOf } = mirrored;
  const reserved = notAvailable([...tables.reservations.values()], linkId, asOf);
  return {
    account,
    source: 'live',
    asOf: new Date(asOf),
    ageMs: now() - asOf,
    reserved: points(reserved),
    setAside: points(reserved.filter(({ endedAt }) => endedAt === null)),
  };
}

function notAvailable(reservations: readonly Reservation[], linkId: string, asOf: number): Reservation[] {
  return reservations
    .filter((one) => one.linkId === linkId)
    .filter(({ endedAt, outcome }) => endedAt === null || (outcome === 'spent' && endedAt > asOf));
}

function points(reservations: readonly Reservation[]): number {
  return reservations.reduce((sum, one) => sum + one.points, 0);
}
