import { describe, expect, it } from '@jest/globals';
import { readAccount, type ReadAccountDeps } from '../../../src/core/account/read-account.js';
import type { Caller } from '../../../src/core/access/caller.js';
import type { KnownAccount, LinkRow } from '../../../src/core/link/ports.js';
import type { Account } from '../../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { supplierOf, vaultOf } from '../operation/fake-claim.js';
import { ACTIVE_LINK } from '../operation/fake-scheme.js';

const LINK = {
  ...ACTIVE_LINK,
  consent: { basis: 'contract', grantedAt: '2026-01-01T00:00:00Z' },
} as unknown as LinkRow;
const CALLER = {} as Caller;
const ACCOUNT = { available: 700 } as Account;
const HOUR_OLD: KnownAccount = {
  account: { available: 500 } as Account,
  source: 'live',
  asOf: new Date('2026-03-02T00:00:00.000Z'),
  ageMs: 3_600_000,
  reserved: 0,
  setAside: 0,
};

/** A supplier that fails so often before it answers, and a store that knows this much. */
function world({ faults, known = null }: { faults: readonly Fault[]; known?: KnownAccount | null }) {
  const left = [...faults];
  let calls = 0;
  const account = async (): Promise<Account> => {
    calls += 1;
    const fault = left.shift();
    if (fault !== undefined) throw new AdapterFault(fault);
    return ACCOUNT;
  };
  const base = supplierOf();
  const supplier = { ...base, adapter: { ...base.adapter, member: { account } } };
  const store = {
    knownAccount: async () => known,
    sealed: async () => ({}),
    saveAccount: async () => ({ ...HOUR_OLD, account: ACCOUNT, ageMs: 0 }),
  } as unknown as ReadAccountDeps['store'];
  const suppliers = { of: async () => supplier, connectionFor: async () => null };
  const read = () => readAccount({ store, suppliers, vault: vaultOf() }, CALLER, LINK, 300);
  return { read, calls: () => calls };
}

const lost: Fault = { kind: 'unknown-outcome', detail: 'timeout' };
const away = Array.from({ length: 50 }, () => lost);

describe('reading an account', () => {
  it('passes over a lost answer by asking once more', async () => {
    const { read, calls } = world({ faults: [lost] });
    expect(await read()).toMatchObject({ balance: { available: 700 }, source: 'live', stale: false });
    expect(calls()).toBe(2);
  });

  it('asks a supplier in trouble twice and no more: a few readers open no breaker', async () => {
    const { read, calls } = world({ faults: away, known: HOUR_OLD });
    expect(await read()).toMatchObject({ balance: { available: 500 }, source: 'cached', stale: true });
    expect(calls()).toBe(2);
  });

  it('tells nothing where nothing is known, and never a zero', async () => {
    const { read } = world({ faults: away });
    await expect(read()).rejects.toMatchObject({ code: 'ACCOUNT_UNAVAILABLE' });
  });

  it('asks once where a second time would be answered the same', async () => {
    for (const fault of [{ kind: 'auth', detail: 'HTTP 401' }, { kind: 'rate-limited' }] as const) {
      const { read, calls } = world({ faults: [fault], known: HOUR_OLD });
      expect(await read()).toMatchObject({ stale: true });
      expect(calls()).toBe(1);
    }
  });
});
