import { expect, it } from '@jest/globals';
import { verify } from '../../../src/core/link/verify.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { MEMBER, supplierOf } from '../operation/fake-claim.js';

const ASKED = { memberNumber: MEMBER.memberNumber, holder: MEMBER.holder, form: {} };

/** A verification against a supplier that fails like this before it answers; how it ended and how often it was asked. */
async function verified(...faults: readonly Fault[]): Promise<[string, number]> {
  const left = [...faults];
  let calls = 0;
  const base = supplierOf();
  const linking = {
    method: 'credentials',
    verify: async () => {
      calls += 1;
      const fault = left.shift();
      if (fault !== undefined) throw new AdapterFault(fault);
      return { handle: {} };
    },
  } as const;
  const { outcome } = await verify({ ...base, adapter: { ...base.adapter, linking } }, ASKED, 10_000);
  return [outcome, calls];
}

const lost: Fault = { kind: 'unknown-outcome', detail: 'timeout' };
const shut: Fault = { kind: 'not-sent', detail: 'connection paused' };

it.each<[string, readonly Fault[], string, number]>([
  ['passes over one lost answer', [lost], 'verified', 2],
  ['is left for later after two', [lost, lost, lost], 'later', 2],
  ['is left for later where nothing may be asked', [shut, shut, shut], 'later', 2],
  ['ends with a refusal', [{ kind: 'rejected', reason: 'name-mismatch', supplierCode: 'N' }], 'refused', 1],
  ['is left for later while the credentials are refused', [{ kind: 'auth', detail: 'HTTP 401' }], 'later', 1],
])('a verification %s', async (_what, faults, outcome, calls) => {
  expect(await verified(...faults)).toEqual([outcome, calls]);
});
