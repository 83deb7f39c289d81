import { describe, expect, it } from '@jest/globals';
import { adapterFor } from '../../../adapters/index.js';
import { OWN_SCHEMES } from '../../../src/config/scheme-directories.js';
import { loadSchemes } from '../../../src/config/schemes.js';
import type { Caller } from '../../../src/core/access/caller.js';
import { OPERATOR } from '../../../src/core/connection/operator.js';
import type { ConnectionDesk, ConnectionRow, Strongbox, TryOut } from '../../../src/core/connection/ports.js';
import { createConnections } from '../../../src/core/connection/use-cases.js';
import type { Supplier } from '../../../src/core/supplier/ports.js';
import { AdapterFault } from '../../../src/spec/errors.js';

const admin: Caller = { tenantId: OPERATOR, keyId: OPERATOR, scopes: new Set(['admin']), organisation: null };
const schemes = new Map(loadSchemes(OWN_SCHEMES).map((scheme) => [scheme.id, scheme]));

/** A railway's connection as its operator stores it: what the scheme's file says is not repeated. */
const railway: ConnectionRow = {
  id: '0c000000-0000-4000-8000-000000000001',
  scheme: 'china-railway',
  tenantId: null,
  settings: { baseUrl: 'https://rail.example', partnerId: 'interline', conclusiveAfterMs: 20_000 },
  timing: 'fast',
  state: 'auth-failed',
  reason: 'HTTP 401',
  version: 3,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

/** Checks a stored connection at a supplier that knows nobody; gives the answer and what was told of our own faults. */
async function checked(row: ConnectionRow) {
  let stored = row;
  const told: unknown[] = [];
  const desk: Pick<ConnectionDesk, 'get' | 'change'> = {
    get: () => Promise.resolve(stored),
    change: (_caller, _id, judge) => {
      const change = judge(stored);
      if (change !== null) stored = { ...stored, ...change.standing, version: stored.version + 1 };
      return Promise.resolve({ row: stored, changed: change !== null });
    },
  };
  const strongbox: Pick<Strongbox, 'open'> = { open: () => Promise.resolve({ hmacKey: 'k'.repeat(32) }) };
  const tryOut: TryOut = async (candidate, work) => {
    const scheme = schemes.get(candidate.scheme);
    if (scheme === undefined) throw new Error('not installed');
    adapterFor(scheme).configure(candidate);
    const nobody = new AdapterFault({ kind: 'rejected', reason: 'member-not-found', supplierCode: '404' });
    const linking = { method: 'credentials', verify: () => Promise.reject(nobody) };
    return work({ scheme, adapter: { linking }, context: () => ({}) } as unknown as Supplier);
  };
  const connections = createConnections({
    desk: desk as ConnectionDesk,
    strongbox: strongbox as Strongbox,
    schemes,
    adapterFor,
    tryOut,
    refuse: () => Promise.resolve(),
    onError: (error) => told.push(error),
  });
  const { result, connection } = await connections.check(admin, row.id, 'en');
  return { result, state: connection.state, told };
}

describe('a check of a connection', () => {
  it('tries it with what its scheme says, and brings it back when its credentials are taken', async () => {
    expect(await checked(railway)).toEqual({ result: 'ok', state: 'live', told: [] });
  });

  it('that cannot be configured tells nothing of its credentials, and is our own fault', async () => {
    const settings = { ...railway.settings, conclusiveAfterMs: 'soon' };
    const { told, ...answer } = await checked({ ...railway, settings });
    expect(answer).toEqual({ result: 'cannot-check', state: 'auth-failed' });
    expect(told).toHaveLength(1);
  });
});
