import { describe, expect, it } from '@jest/globals';
import { attempt, type Attempted } from '../../../src/core/operation/attempt.js';
import type { Claimed } from '../../../src/core/operation/ports.js';
import type { AccrualInput, Find, Found, Perform, ReversalInput } from '../../../src/spec/adapter.js';
import { AdapterFault } from '../../../src/spec/errors.js';
import { points } from '../../../src/spec/values.js';
import { claimed, LEASE, READ, SENDING, supplierOf, vaultOf } from './fake-claim.js';
import { FLIGHT, lookupWrite, OPERATION } from './fake-scheme.js';
import { receipt, unknownFor } from './situations.js';

const LOOKING = claimed({ act: 'look-up', operation: { ...SENDING, state: 'unknown' }, snapshot: unknownFor(30_000) });

function lookUp(find: () => Promise<Found>): Promise<Attempted> {
  const supplier = supplierOf({ accrue: lookupWrite(() => Promise.reject(new Error('sent')), find) });
  return attempt(LOOKING, supplier, vaultOf(), LEASE);
}

describe('a look-up', () => {
  const ours = receipt({ echo: { reference: SENDING.reference, points: points(600) } });
  const others = receipt({ echo: { reference: SENDING.reference, points: points(60) } });

  it.each<[Found, Attempted['learnt']]>([
    [
      { found: 'posted', receipt: ours },
      { type: 'found', receipt: ours, matches: true, posted: true },
    ],
    [
      { found: 'accepted', receipt: ours },
      { type: 'found', receipt: ours, matches: true, posted: false },
    ],
    [
      { found: 'posted', receipt: others },
      { type: 'found', receipt: others, matches: false, posted: true },
    ],
    [
      { found: 'refused', reason: 'too-late', supplierCode: 'E3' },
      { type: 'found-refused', reason: 'too-late', supplierCode: 'E3' },
    ],
    [{ found: 'absent' }, { type: 'absent' }],
  ])('that gives %j', async (found, learnt) => {
    expect((await lookUp(async () => found)).learnt).toEqual(learnt);
  });

  it.each<[string, Error, object]>([
    ['a fault', new AdapterFault({ kind: 'rate-limited', retryAfterMs: 5 }), { kind: 'rate-limited', retryAfterMs: 5 }],
    ['a refusal', new AdapterFault({ kind: 'auth', detail: '401' }), { kind: 'auth', detail: '401' }],
    ['our own fault', new TypeError('CA12345678'), { kind: 'unknown-outcome', detail: 'TypeError' }],
  ])('that ends by %s proves nothing', async (_name, error, fault) => {
    const { learnt, report } = await lookUp(() => Promise.reject(error));
    expect(learnt).toEqual({ type: 'look-up-failed', fault });
    expect(report.outcome).toBe('look-up-failed');
  });

  it('never sends, also where there is nothing to look up with', async () => {
    let sent = 0;
    const perform = async () => {
      sent += 1;
      return receipt();
    };
    for (const accrue of [
      { idempotency: 'none' as const, oneOpenAtATime: false, perform },
      { idempotency: 'key' as const, windowMs: () => 1, perform },
    ]) {
      const { learnt } = await attempt(LOOKING, supplierOf({ accrue }), vaultOf(), LEASE);
      expect(learnt).toMatchObject({ type: 'look-up-failed' });
    }
    expect(sent).toBe(0);
  });

  it('is reported with what it exchanged', async () => {
    const find: Find<AccrualInput, never> = async (context) => {
      await context.http.send(READ);
      throw new AdapterFault({ kind: 'unknown-outcome', detail: '503' });
    };
    const looking = supplierOf({ accrue: lookupWrite(undefined, find) }, [503]);
    const { report } = await attempt(LOOKING, looking, vaultOf(), LEASE);
    expect(report).toMatchObject({ status: 503, detail: 'unknown-outcome: 503' });
    expect(report.exchanges).toEqual([{ effect: 'read', outcome: 'answered', status: 503 }]);
  });
});

describe('a reversal', () => {
  const ORIGINAL: NonNullable<Claimed['original']> = {
    reference: '17724132000001234567',
    supplierReference: 'S1',
    activity: FLIGHT,
    reward: null,
    points: 500,
    bonusPoints: 100,
  };
  const REVERSING = claimed({
    operation: {
      ...SENDING,
      kind: 'reversal',
      reference: '17724132000007654321',
      activity: null,
      points: 40,
      bonusPoints: 0,
      originalId: OPERATION,
      reason: 'trip cancelled',
    },
    original: ORIGINAL,
  });
  function reverse(one: Claimed): { ended: Promise<Attempted>; inputs: ReversalInput[] } {
    const inputs: ReversalInput[] = [];
    const perform: Perform<ReversalInput, never> = async (_context, input) => {
      inputs.push(input);
      return receipt({ echo: { points: points(40) } });
    };
    return { ended: attempt(one, supplierOf({ reverse: lookupWrite(perform) }), vaultOf(), LEASE), inputs };
  }

  it('names the accrual as it was posted, and is compared with what it takes back', async () => {
    const { ended, inputs } = reverse(REVERSING);
    expect((await ended).learnt).toMatchObject({ type: 'receipt', matches: true });
    const { reference, supplierReference, activity } = ORIGINAL;
    const posted = { reference, supplierReference, activity, points: 500, bonusPoints: 100 };
    expect(inputs).toMatchObject([{ original: posted, points: 40, reason: 'trip cancelled' }]);
    expect(inputs[0]).not.toHaveProperty('activity');
  });

  it('of an accrual that the supplier gave no reference is not sent', async () => {
    const { ended, inputs } = reverse({ ...REVERSING, original: { ...ORIGINAL, supplierReference: null } });
    expect((await ended).learnt).toMatchObject({ type: 'bug', sent: false });
    expect(inputs).toEqual([]);
  });
});
