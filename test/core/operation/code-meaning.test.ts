import { describe, expect, it } from '@jest/globals';
import { attempt } from '../../../src/core/operation/attempt.js';
import { asMeant } from '../../../src/core/operation/code-meaning.js';
import type { Learnt } from '../../../src/core/operation/snapshot.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import type { CodeMeaning } from '../../../src/spec/scheme.js';
import { accruing, claimed, LEASE, supplierOf, vaultOf, WRITE } from './fake-claim.js';
import { fakeScheme } from './fake-scheme.js';

const outcomes: Record<string, CodeMeaning> = {
  E1: { rejected: 'too-late' },
  E2: 'not-processed',
  E3: 'needs-review',
};
const REJECTED: Fault = { kind: 'rejected', reason: 'supplier-refused', supplierCode: 'E0' };
const meant = (fault: Fault): Learnt => asMeant({ type: 'fault', fault }, { outcomes });

describe('a code that the scheme knows better', () => {
  it.each(['rejected', 'unmapped'] as const)('decides what a fault that was %s means', (kind) => {
    const faults = ['E1', 'E2', 'E3'].map((supplierCode) => meant({ ...REJECTED, kind, supplierCode }));
    expect(faults).toEqual([
      { type: 'fault', fault: { kind: 'rejected', reason: 'too-late', supplierCode: 'E1' } },
      { type: 'fault', fault: { kind: 'not-sent', detail: 'not processed: E2' } },
      { type: 'fault', fault: { kind: 'unmapped', supplierCode: 'E3' } },
    ]);
  });

  it('leaves all others as the adapter told them', () => {
    const others: Fault[] = [
      REJECTED,
      { kind: 'unmapped', supplierCode: 'toString' },
      { kind: 'unknown-outcome', detail: 'E1' },
      { kind: 'auth', detail: 'E1' },
      { kind: 'rate-limited' },
    ];
    expect(others.map(meant)).toEqual(others.map((fault) => ({ type: 'fault', fault })));
    const bug: Learnt = { type: 'bug', sent: true, detail: 'E1' };
    expect(asMeant(bug, { outcomes })).toBe(bug);
  });
});

describe('an attempt at such a scheme', () => {
  const refused = async (script: readonly (number | Fault)[]) => {
    const supplier = supplierOf(
      accruing(async ({ http }) => {
        // An adapter that goes on after a lost answer, and takes the next refusal for the whole.
        for (let left = script.length; left > 0; left -= 1) await http.send(WRITE).catch(() => undefined);
        throw new AdapterFault({ ...REJECTED, supplierCode: 'E2' });
      }),
      script,
    );
    const known = { ...supplier, scheme: fakeScheme({ outcomes }) };
    return (await attempt(claimed(), known, vaultOf(), LEASE)).learnt;
  };

  it('learns what its codes mean', async () => {
    expect(await refused([409])).toMatchObject({ type: 'fault', fault: { kind: 'not-sent' } });
  });

  it('never takes a code for the outcome of a write whose answer was lost', async () => {
    const lost: Fault = { kind: 'unknown-outcome', detail: 'reset' };
    expect(await refused([lost, 409])).toMatchObject({ type: 'fault', fault: { kind: 'unknown-outcome' } });
  });
});
