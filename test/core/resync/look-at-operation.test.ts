import { describe, expect, it } from '@jest/globals';
import type { Found } from '../../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { points } from '../../../src/spec/values.js';
import { READ } from '../operation/fake-claim.js';
import { onceReversal } from '../operation/fake-scheme.js';
import { receipt } from '../operation/situations.js';
import { HELD, lookAt, type Scene } from './fake-look.js';

const finds = (found: Found): Scene => ({ find: async () => found });
const FOUND: Found = { found: 'posted', receipt: receipt({ echo: { points: points(600) } }) };
const OTHERWISE: Found = { found: 'posted', receipt: receipt({ echo: { points: points(550) } }) };
const fails = (fault: Fault): Scene => ({
  find: async ({ http }) => {
    await http.send(READ);
    throw new AdapterFault(fault);
  },
});

describe('an open operation', () => {
  it('that the supplier has is settled by that, and so is what it was disputed for', async () => {
    const { outcome, applied, told } = await lookAt({ ...finds(FOUND), disputed: true });
    expect(outcome).toMatchObject({ result: 'settled', changed: true, from: 'unknown', to: 'posted' });
    expect(applied).toMatchObject([{ to: 'posted', evidence: { by: 'look-up' }, supplierReference: 'S1' }]);
    expect(told).toEqual([['the same', null]]);
  });

  it('that the supplier refused is rejected', async () => {
    const refused = finds({ found: 'refused', reason: 'member-closed', supplierCode: 'E7' });
    expect((await lookAt(refused)).outcome).toMatchObject({ result: 'settled', from: 'unknown', to: 'rejected' });
  });

  it('that the supplier does not have stays as it is, however long ago it was sent', async () => {
    for (const absences of [0, 1, 5]) {
      const { outcome, applied } = await lookAt({ ...finds({ found: 'absent' }), snapshot: { absences } });
      expect(outcome).toMatchObject({ result: 'unchanged', changed: false, from: 'unknown', to: 'unknown' });
      expect(applied).toEqual([]);
    }
  });

  it('that the supplier has otherwise is left to the schedule, or told to the person who looks after it', async () => {
    const unknown = await lookAt(finds(OTHERWISE));
    expect(unknown).toMatchObject({ outcome: { result: 'unchanged' }, applied: [], told: [] });
    const parked: Scene = {
      ...finds(OTHERWISE),
      operation: { state: 'needs-review', reviewReason: 'look-ups-exhausted' },
      snapshot: { reviewReason: 'look-ups-exhausted' },
    };
    const { outcome, applied } = await lookAt(parked);
    expect(outcome).toMatchObject({ result: 'settled', changed: true, to: 'needs-review' });
    expect(applied).toMatchObject([{ reviewReason: 'evidence-mismatch' }]);
    const known: Scene = { ...parked, snapshot: { reviewReason: 'evidence-mismatch' } };
    expect(await lookAt(known)).toMatchObject({ outcome: { result: 'unchanged' }, applied: [] });
  });

  it.each(['sending', 'holding', 'confirming', 'releasing'] as const)(
    'that is %s is not asked about',
    async (state) => {
      const { outcome, asked } = await lookAt({ ...finds(FOUND), operation: { state } });
      expect(outcome).toEqual({ result: 'in-flight', changed: false, from: state, to: state, calls: 0 });
      expect(asked).toBe(0);
    },
  );

  it.each([{ state: 'posted' }, { version: 3 }] as const)(
    'that moved meanwhile (%o) is looked at anew',
    async (meanwhile) => {
      const { outcome, applied } = await lookAt({ ...finds(FOUND), meanwhile });
      expect(outcome).toMatchObject({ result: 'again', otherwise: { result: 'in-flight' } });
      expect(applied).toEqual([]);
    },
  );

  it("with another's supplier reference is for a person, which a dry run foresees", async () => {
    for (const mode of ['dry-run', undefined] as const) {
      const { outcome } = await lookAt({ ...finds(FOUND), referenceTaken: true }, mode);
      expect(outcome).toMatchObject({ result: 'settled', from: 'unknown', to: 'needs-review' });
    }
  });

  it('is not touched by a dry run', async () => {
    const { outcome, applied, told } = await lookAt({ ...finds(FOUND), disputed: true }, 'dry-run');
    expect(outcome).toMatchObject({ result: 'settled', to: 'posted' });
    expect([applied, told]).toEqual([[], []]);
  });
});

describe('a redemption', () => {
  const confirming: Scene = { hold: HELD, operation: { step: 'confirm', intent: 'confirm' } };

  it('whose confirm is open is never sent on: that the hold stands is left to the schedule', async () => {
    const { outcome, applied } = await lookAt(confirming);
    expect(outcome).toMatchObject({ result: 'unchanged', from: 'unknown', to: 'unknown' });
    expect(applied).toEqual([]);
    const asked: Scene = { hold: HELD, operation: { step: 'hold', intent: 'release' } };
    expect((await lookAt(asked)).applied).toEqual([]);
  });

  it.each([
    ['confirmed', { found: 'confirmed', receipt: receipt() }],
    ['expired', { found: 'expired' }],
    ['released', { found: 'released' }],
  ] as const)('that is %s at the supplier is so here', async (_name, hold) => {
    const { outcome, applied } = await lookAt({ ...confirming, hold });
    expect(outcome).toMatchObject({ result: 'settled', from: 'unknown' });
    expect(applied).toHaveLength(1);
  });

  it('that nobody has asked more of is held when the supplier holds it', async () => {
    const { outcome } = await lookAt({ hold: HELD, operation: { step: 'hold' } });
    expect(outcome).toMatchObject({ result: 'settled', from: 'unknown', to: 'held' });
  });

  it('that the supplier knows nothing of stays as it is', async () => {
    for (const step of ['hold', 'confirm', 'release'] as const)
      expect(await lookAt({ hold: { found: 'absent' }, operation: { step } })).toMatchObject({
        outcome: { result: 'unchanged' },
        applied: [],
      });
  });
});

describe('a final operation', () => {
  const posted = { operation: { state: 'posted' } } as const;

  it('that the supplier has as we do is confirmed only where somebody doubted it', async () => {
    const quiet = await lookAt({ ...finds(FOUND), ...posted });
    expect(quiet.outcome).toMatchObject({ result: 'unchanged', changed: false });
    for (const mode of ['dry-run', undefined] as const) {
      const doubted = await lookAt({ ...finds(FOUND), ...posted, disputed: true }, mode);
      expect(doubted.outcome).toMatchObject({ result: 'confirmed', changed: true, from: 'posted', to: 'posted' });
      expect(doubted.told).toEqual(mode === 'dry-run' ? [] : [['the same', null]]);
    }
  });

  it('that the supplier has otherwise differs, which is news only once', async () => {
    for (const disputed of [false, true]) {
      const dry = await lookAt({ ...finds(OTHERWISE), ...posted, disputed }, 'dry-run');
      const run = await lookAt({ ...finds(OTHERWISE), ...posted, disputed });
      expect(run.outcome).toEqual(dry.outcome);
      expect(run.outcome).toMatchObject({ result: 'differs', changed: !disputed });
      expect([dry.told, run.told]).toEqual([[], [['otherwise', 550]]]);
    }
  });

  it('that the supplier does not have differs once that is proof', async () => {
    const gone = await lookAt({ ...finds({ found: 'absent' }), ...posted });
    expect(gone).toMatchObject({ outcome: { result: 'differs' }, told: [['otherwise', null]] });
    const fresh = await lookAt({ ...finds({ found: 'absent' }), ...posted, snapshot: { sinceLastSentMs: 1_000 } });
    expect(fresh).toMatchObject({ outcome: { result: 'unchanged' }, told: [] });
  });

  it('never changes', async () => {
    for (const state of ['posted', 'rejected', 'cancelled'] as const)
      for (const found of [FOUND, OTHERWISE, { found: 'absent' } as const])
        expect((await lookAt({ ...finds(found), operation: { state } })).applied).toEqual([]);
  });
});

describe('a look that fails', () => {
  it('is tried again when the answer was lost, and when the supplier throttled, after its rest', async () => {
    const lost = await lookAt(fails({ kind: 'unknown-outcome', detail: 'reset' }));
    expect(lost.outcome).toMatchObject({ result: 'again', calls: 1, otherwise: { result: 'unreachable' } });
    expect(lost.outcome).not.toHaveProperty('restMs');
    const throttled = await lookAt(fails({ kind: 'rate-limited', retryAfterMs: 7_000 }));
    expect(throttled.outcome).toMatchObject({ result: 'again', restMs: 7_000 });
  });

  it('is not when the answer is definite', async () => {
    for (const fault of [
      { kind: 'auth', detail: '401' },
      { kind: 'unmapped', supplierCode: 'E999' },
    ] as const)
      expect((await lookAt(fails(fault))).outcome).toMatchObject({ result: 'unreachable', changed: false, calls: 1 });
  });

  it('is none where there is nothing to look with', async () => {
    const { outcome } = await lookAt({ accrue: onceReversal(false) });
    expect(outcome).toMatchObject({ result: 'cannot-look', calls: 0 });
  });
});
