import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Rules } from '../../../src/core/operation/snapshot.js';
import { type Ended, runToRest } from './simulated-operation.js';
import { type Mishap, simulatedSupplier } from './simulated-supplier.js';
import { anyChance } from './arbitrary-situations.js';
import { CONCLUSIVE, FAST, HOUR, RECOVERIES, type RecoveryName, rules } from './situations.js';

const KINDS = [
  'none',
  'not-sent',
  'throttled',
  'refused-credentials',
  'accepted',
  'lost-before',
  'lost-after',
  'lost-late',
  'wrong-echo',
  'bug-after',
  'crash-before',
  'crash-after',
  'crash-late',
] as const satisfies readonly Mishap['kind'][];
/** Where nothing can be looked up, what was accepted waits for a push until its deadline. */
const UNACCEPTED = KINDS.filter((kind) => kind !== 'accepted');

function mishaps(kinds: readonly Mishap['kind'][], latestMs: number): fc.Arbitrary<Mishap[]> {
  const mishap = fc.record({ kind: fc.constantFrom(...kinds), delayMs: fc.integer({ min: 0, max: latestMs }) });
  return fc.array(mishap, { maxLength: 12 });
}
const pushes = fc.array(fc.integer({ min: 0, max: HOUR }), { maxLength: 3 });
const chances = fc.array(anyChance, { minLength: 1, maxLength: 8 });

interface Told {
  readonly name: RecoveryName;
  readonly script: readonly Mishap[];
  readonly pushes: readonly number[];
  readonly chances: readonly number[];
}

/** Runs a course; the eventual supplier lags by as long as the engine leaves between two looks. */
function run(told: Told, by: Rules = rules(told.name)): { ended: Ended; effects: number } {
  const { recovery } = by;
  const supplier = simulatedSupplier({
    keyWindowMs: recovery.idempotency === 'key' ? recovery.windowMs : null,
    lagMs: recovery.idempotency === 'lookup' && recovery.eventual ? FAST.eventualGapMs : 0,
  });
  let drawn = 0;
  const chance = (): number => told.chances[drawn++ % told.chances.length] ?? 0;
  const ended = runToRest({ rules: by, supplier, mishaps: told.script, pushes: told.pushes, chance });
  return { ended, effects: supplier.effects.length };
}

const RUNS = { numRuns: 1_500 };
const described = (by: fc.Arbitrary<RecoveryName>, script: fc.Arbitrary<Mishap[]>): fc.Arbitrary<Told> =>
  fc.record({ name: by, script, pushes, chances });

describe('whatever happens to its calls, an operation', () => {
  it('by look-up is posted once, when commits are not later than the conclusive age', () => {
    const by = fc.constantFrom<RecoveryName>('lookup', 'eventual lookup');
    const property = fc.property(described(by, mishaps(KINDS, CONCLUSIVE)), (told) => {
      expect(run(told)).toMatchObject({ effects: 1, ended: { state: 'posted', reviewReason: null } });
    });
    fc.assert(property, RUNS);
  });

  it('by key is posted once, however late commits are', () => {
    const withFind = described(fc.constant('key with a look-up'), mishaps(KINDS, 6 * HOUR));
    const without = described(fc.constant('key'), mishaps(UNACCEPTED, 6 * HOUR));
    const property = fc.property(fc.oneof(withFind, without), (told) => {
      expect(run(told)).toMatchObject({ effects: 1, ended: { state: 'posted', reviewReason: null } });
    });
    fc.assert(property, RUNS);
  });

  it('by key without a look-up is settled by a push when it was accepted', () => {
    const told = described(fc.constant('key'), mishaps(KINDS, HOUR)).map((one) => ({ ...one, pushes: [0, 5] }));
    const property = fc.property(told, (one) => {
      expect(run(one)).toMatchObject({ effects: 1, ended: { state: 'posted', reviewReason: null } });
    });
    fc.assert(property, RUNS);
  });

  it('is posted or refused, and is refused only without an effect', () => {
    const by = fc.constantFrom<RecoveryName>('lookup', 'eventual lookup', 'key with a look-up');
    const property = fc.property(described(by, mishaps([...KINDS, 'refused'], CONCLUSIVE)), (told) => {
      const { ended, effects } = run(told);
      expect(['posted', 'rejected']).toContain(ended.state);
      expect(effects).toBe(ended.state === 'posted' ? 1 : 0);
    });
    fc.assert(property, RUNS);
  });

  it('where a person decides about a second send is never sent after an unknown outcome', () => {
    const by = fc.constantFrom<RecoveryName>('lookup', 'eventual lookup', 'none');
    const property = fc.property(described(by, mishaps(UNACCEPTED, CONCLUSIVE)), (told) => {
      const { ended, effects } = run(told, rules(told.name, 'by-person'));
      expect(effects).toBeLessThanOrEqual(1);
      expect(['posted', 'needs-review']).toContain(ended.state);
      if (ended.path.includes('unknown'))
        expect(ended.path.slice(ended.path.indexOf('unknown'))).not.toContain('sending');
      if (ended.state === 'posted') expect(effects).toBe(1);
    });
    fc.assert(property, RUNS);
  });

  it('by a key whose window is short is never repeated outside of it', () => {
    const short: Rules = {
      ...rules('key with a look-up'),
      recovery: { ...RECOVERIES['key with a look-up'], windowMs: 2 * HOUR },
    };
    const told = described(fc.constant('key with a look-up'), mishaps(KINDS, CONCLUSIVE));
    const property = fc.property(told, (one) => {
      expect(run(one, short)).toMatchObject({ effects: 1, ended: { state: 'posted' } });
    });
    fc.assert(property, RUNS);
  });
});

describe('the simulation', () => {
  const script: Mishap[] = [{ kind: 'lost-late', delayMs: CONCLUSIVE + 60_000 }];
  const told = (name: RecoveryName, given: readonly Mishap[]): Told => ({
    name,
    script: given,
    pushes: [],
    chances: [0.5],
  });

  it('sees a supplier that commits later than it says posted twice', () => {
    expect(run(told('lookup', script)).effects).toBe(2);
    expect(run(told('key', script)).effects).toBe(1);
  });

  it('sees one look at a lagging supplier as too few', () => {
    const hasty: Rules = { ...rules('lookup'), recovery: { ...RECOVERIES.lookup, conclusiveAfterMs: 3_000 } };
    const supplier = simulatedSupplier({ keyWindowMs: null, lagMs: FAST.eventualGapMs });
    const lost: Mishap[] = [{ kind: 'lost-after', delayMs: 0 }];
    runToRest({ rules: hasty, supplier, mishaps: lost, pushes: [], chance: () => 0.5 });
    expect(supplier.effects).toHaveLength(2);
  });

  it('goes the ways of the design', () => {
    const path = (name: RecoveryName, kind: Mishap['kind']) =>
      run(told(name, [{ kind, delayMs: 0 }])).ended.path.join(' ');
    expect(path('key', 'lost-before')).toBe('queued sending unknown sending posted');
    expect(path('lookup', 'lost-after')).toBe('queued sending unknown posted');
    expect(path('lookup', 'lost-before')).toBe('queued sending unknown queued sending posted');
    expect(path('lookup', 'crash-after')).toBe('queued sending unknown posted');
    expect(path('lookup', 'accepted')).toBe('queued sending submitted posted');
    expect(path('none', 'lost-after')).toBe('queued sending unknown needs-review');
    expect(path('none', 'not-sent')).toBe('queued sending queued sending posted');
  });
});
