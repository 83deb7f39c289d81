import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../../src/core/operation/decide.js';
import { plan } from '../../../src/core/operation/plan.js';
import type { Rules } from '../../../src/core/operation/snapshot.js';
import { isFinal } from '../../../src/spec/operation.js';
import { anyChance } from './arbitrary-situations.js';
import { redemptionWatch } from './redemption-safety.js';
import { ENOUGH_MS, HOLD_MS, LEARNT_OF_REDEMPTION, MINUTE, OVER } from './redemption-situations.js';
import { type Mishap, type Minds, simulateRedemption, type SimulatedRedemption } from './simulated-redemption.js';
import { nativeHolds, oneStepDebits } from './simulated-spending.js';
import { CONCLUSIVE, DAY, FAST, HOUR, type RecoveryName, rules } from './situations.js';

const KINDS = [
  'none',
  'not-sent',
  'throttled',
  'refused-credentials',
  'refused',
  'lost-before',
  'lost',
  'wrong-echo',
  'bug-before',
  'bug-after',
  'crash-before',
  'crash',
] as const satisfies readonly Mishap['kind'][];
/** These leave nothing to a person. */
const RECOVERABLE = KINDS.filter((kind) => kind !== 'bug-before' && kind !== 'refused');

/** Whose redemption it is, and how its supplier is. */
interface Setting {
  readonly name: RecoveryName;
  readonly flow: 'native' | 'soft';
  readonly skewMs: number;
  readonly chances: readonly number[];
  /** What goes wrong with the first calls, before the platform does anything. */
  readonly opening: readonly Mishap[];
}

function open(setting: Setting, minds: Partial<Minds> = {}): SimulatedRedemption {
  const by = rules(setting.name);
  const eventual = by.recovery.idempotency === 'lookup' && by.recovery.eventual;
  const options = {
    keyed: by.recovery.idempotency === 'key',
    lagMs: eventual ? FAST.eventualGapMs : 0,
    skewMs: setting.skewMs,
  };
  const soft = setting.flow === 'soft';
  const supplier = soft ? oneStepDebits(options) : nativeHolds(options);
  let drawn = 0;
  const chance = (): number => setting.chances[drawn++ % setting.chances.length] ?? 0;
  return simulateRedemption({ rules: by, supplier, soft, chance, minds }, redemptionWatch());
}

type Command = fc.Command<object, SimulatedRedemption>;

function command(told: string, run: (world: SimulatedRedemption) => void): Command {
  return { check: () => true, run: (_model, world) => run(world), toString: () => told };
}
const asked = (what: 'confirm' | 'release'): Command => command(what, (world) => void world.ask(what));
const told = (what: 'spent' | 'unspent'): Command =>
  command(`told ${what}`, (world) => {
    // A settlement is right: what it lists was spent, and what it lacks will not be any more.
    const { effects } = world.supplier;
    if (what === 'spent' ? effects > 0 : effects === 0 && world.pending('confirm') === 0) world.tell(what);
  });
const lost = command('the supplier loses the hold', (world) => world.supplier.lose(world.now));
const passing = (ms: number): Command => command(`${ms} ms pass`, (world) => world.pass(ms));
const mishap = (one: Mishap): Command =>
  command(`next: ${one.kind} (commits after ${one.commitsAfterMs}, answers after ${one.answersAfterMs} ms)`, (world) =>
    world.expect(one),
  );

/** Commits come up to just before "not found" is believed; answers within the timeout. */
const LATEST = CONCLUSIVE - 1;
function anyMishap(kinds: readonly Mishap['kind'][]): fc.Arbitrary<Mishap> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    commitsAfterMs: fc.oneof(fc.constantFrom(0, LATEST), fc.integer({ min: 0, max: LATEST })),
    answersAfterMs: fc.integer({ min: 0, max: FAST.totalMs }),
  });
}
const anyPause = fc.oneof(
  fc.integer({ min: 0, max: 3_000 }),
  fc.integer({ min: 0, max: 2 * MINUTE }),
  // Just when a look-up is conclusive, when a confirm may only just begin, when the hold ends.
  fc.constantFrom(CONCLUSIVE + 50, HOLD_MS - ENOUGH_MS - 1_000, HOLD_MS - CONCLUSIVE, HOLD_MS, HOUR),
);

function commands(kinds: readonly Mishap['kind'][]): fc.Arbitrary<Iterable<Command>> {
  const all = [
    fc.constant(asked('confirm')),
    fc.constant(asked('release')),
    fc.constant(lost),
    fc.constantFrom(told('spent'), told('unspent')),
    anyPause.map(passing),
    anyPause.map(passing),
    anyMishap(kinds).map(mishap),
    anyMishap(kinds).map(mishap),
  ];
  return fc.commands<object, SimulatedRedemption>(all, { maxCommands: 30, size: 'max' });
}

/** What a supplier whose look-up lags is dangerous with: commits as late as they come, and acts at the moments that count. */
function lateCommands(): fc.Arbitrary<Iterable<Command>> {
  const late = fc.record({
    kind: fc.constantFrom('lost' as const, 'crash' as const),
    commitsAfterMs: fc.oneof(fc.constant(LATEST), fc.integer({ min: CONCLUSIVE / 4, max: LATEST })),
    answersAfterMs: fc.constant(0),
  });
  const all = [fc.constantFrom(asked('confirm'), asked('release')), LATE_PAUSE.map(passing), late.map(mishap)];
  return fc.commands<object, SimulatedRedemption>(all, { maxCommands: 10, size: 'max' });
}
const LATE_PAUSE = fc.constantFrom(1, 1_000, CONCLUSIVE + 50, HOLD_MS - ENOUGH_MS - FAST.totalMs, HOLD_MS - ENOUGH_MS);

function settings(
  names: readonly RecoveryName[],
  flow: Setting['flow'],
  kinds: readonly Mishap['kind'][],
): fc.Arbitrary<Setting> {
  return fc.record({
    opening: fc.oneof(fc.constant([]), fc.array(anyMishap(kinds), { maxLength: 4 })),
    name: fc.constantFrom(...names),
    flow: fc.constant(flow),
    skewMs: fc.constantFrom(0, -20_000, 20_000),
    chances: fc.array(anyChance, { minLength: 1, maxLength: 6 }),
  });
}

/** Nothing goes wrong any more: time passes until it is final, or stands before a person for good. */
function rest(world: SimulatedRedemption): SimulatedRedemption['snapshot'] {
  world.calmDown();
  for (let days = 0; days < 4 && !isFinal(world.snapshot.state); days += 1) world.pass(DAY);
  return world.snapshot;
}

/** Runs commands; every step is watched, and so is what comes after them. */
function run(setting: Setting, steps: Iterable<Command>, minds?: Partial<Minds>): SimulatedRedemption {
  const world = open(setting, minds);
  for (const one of setting.opening) world.expect(one);
  world.pass(FAST.totalMs);
  fc.modelRun(() => ({ model: {}, real: world }), steps);
  rest(world);
  return world;
}

const RUNS = { numRuns: 2_000 };
const EVERY = ['key', 'key with a look-up', 'lookup', 'eventual lookup', 'none'] as const;

describe.each(['native', 'soft'] as const)(
  'a redemption with a %s hold, whatever is done to it in whatever order',
  (flow) => {
    it('holds every invariant after every step, and comes to rest', () => {
      const property = fc.property(settings(EVERY, flow, KINDS), commands(KINDS), (setting, steps) => {
        const { snapshot } = run(setting, steps);
        expect([...OVER, 'needs-review']).toContain(snapshot.state);
      });
      fc.assert(property, RUNS);
    });

    it('is settled without a person where the supplier can be asked', () => {
      const askable = settings(['key with a look-up', 'lookup', 'eventual lookup'], flow, RECOVERABLE);
      const property = fc.property(askable, commands(RECOVERABLE), (setting, steps) => {
        const world = run(setting, steps);
        expect(OVER).toContain(world.snapshot.state);
        if (world.snapshot.state === 'released') expect(world.supplier.holds(world.now)).toBe(false);
      });
      fc.assert(property, RUNS);
    });
  },
);

it.each(['native', 'soft'] as const)('a lagging look-up at a %s hold never ends what was spent', (flow) => {
  const property = fc.property(settings(['eventual lookup'], flow, ['none']), lateCommands(), (setting, steps) => {
    expect(OVER).toContain(run(setting, steps).snapshot.state);
  });
  fc.assert(property, RUNS);
});

describe('the simulation', () => {
  const hasty = (by: Rules): Rules =>
    by.recovery.idempotency === 'none' ? by : { ...by, recovery: { ...by.recovery, conclusiveAfterMs: 0 } };
  const PLANTED: Readonly<Record<string, Partial<Minds>>> = {
    'a confirm whose worker died is sent as if it were new': {
      plan: (snapshot, by, chance) => plan({ ...snapshot, leaseLapsed: false }, by, chance),
    },
    'a lost answer counts as not sent': {
      decide: (snapshot, learnt, by, chance) => {
        const lostAnswer = learnt.type === 'fault' && learnt.fault.kind === 'unknown-outcome';
        return decide(snapshot, lostAnswer ? LEARNT_OF_REDEMPTION['not sent'] : learnt, by, chance);
      },
    },
    '"not found" is believed at once': {
      decide: (snapshot, learnt, by, chance) => decide(snapshot, learnt, hasty(by), chance),
    },
    '"not found" is a refusal': {
      decide: (snapshot, learnt, by, chance) =>
        decide(snapshot, learnt.type === 'absent' ? LEARNT_OF_REDEMPTION['found refused'] : learnt, by, chance),
    },
    'a confirm of unknown outcome is released when that is asked': {
      plan: (snapshot, by, chance) =>
        snapshot.state === 'unknown' && snapshot.intent === 'release'
          ? { act: 'send', decision: { to: 'releasing', step: 'release' } }
          : plan(snapshot, by, chance),
    },
    'an unknown confirm is sent again to a supplier that knows no keys': {
      plan: (snapshot, by, chance) =>
        snapshot.state === 'unknown' && snapshot.step === 'confirm'
          ? { act: 'repeat', decision: { to: 'confirming' } }
          : plan(snapshot, by, chance),
    },
    'the end of a hold is not looked at before a confirm': {
      plan: (snapshot, by, chance) => plan({ ...snapshot, holdLeftMs: HOLD_MS }, by, chance),
    },
    'what waits for the end of its hold is forgotten': {
      decide: (snapshot, learnt, by, chance) => {
        const decision = decide(snapshot, learnt, by, chance);
        return decision?.to === 'held' ? { ...decision, nextActionInMs: null } : decision;
      },
    },
  };

  it.each(Object.entries(PLANTED))('catches a planted mistake: %s', (_name, minds) => {
    const anywhere = fc.oneof(settings(EVERY, 'native', KINDS), settings(EVERY, 'soft', KINDS));

    const property = fc.property(anywhere, commands(KINDS), (setting, steps) => {
      const { snapshot } = run(setting, steps, minds);
      expect([...OVER, 'needs-review']).toContain(snapshot.state);
    });
    expect(fc.check(property, { seed: 20_260_302, numRuns: 5_000, endOnFailure: true }).failed).toBe(true);
  });

  const PLANTED_LAGS: Readonly<Record<string, Partial<Minds>>> = {
    'a second look comes as soon as a release is noted': { hastens: () => true },
    'one look is enough': {
      decide: (snapshot, learnt, by, chance) => decide({ ...snapshot, absences: 1 }, learnt, by, chance),
    },
  };

  it.each(Object.entries(PLANTED_LAGS))('catches a planted mistake at a lagging supplier: %s', (_name, minds) => {
    const lagging = (['native', 'soft'] as const).map((flow) => settings(['eventual lookup'], flow, ['none']));
    const property = fc.property(fc.oneof(...lagging), lateCommands(), (setting, steps) => {
      run(setting, steps, minds);
    });
    expect(fc.check(property, { seed: 20_260_302, numRuns: 5_000, endOnFailure: true }).failed).toBe(true);
  });

  it('sees a supplier that commits later than it says spend twice, unless it knows keys', () => {
    const late: Mishap = { kind: 'lost', commitsAfterMs: CONCLUSIVE + 5_000, answersAfterMs: 0 };
    const spend = (name: RecoveryName): (() => void) => {
      const world = open({ name, flow: 'soft', skewMs: 0, chances: [0.5], opening: [] });
      world.pass(1);
      world.expect(late);
      world.ask('confirm');
      world.pass(1);
      return () => void rest(world);
    };
    expect(spend('lookup')).toThrow('points were spent twice');
    expect(spend('key')).not.toThrow();
  });

  it('goes the ways of the design', () => {
    const path = (
      name: RecoveryName,
      flow: Setting['flow'],
      first: Mishap['kind'],
      then: (at: SimulatedRedemption) => void,
    ) => {
      const world = open({ name, flow, skewMs: 0, chances: [0.5], opening: [] });
      world.pass(0);
      world.pass(1);
      if (first !== 'none') world.expect({ kind: first, commitsAfterMs: 0, answersAfterMs: 10 });
      then(world);
      world.pass(50);
      rest(world);
      return world.path.join(' ');
    };
    const confirm = (world: SimulatedRedemption) => void world.ask('confirm');
    const release = (world: SimulatedRedemption) => void world.ask('release');
    const both = (world: SimulatedRedemption): void => {
      confirm(world);
      world.pass(100);
      release(world);
    };
    const nothing = (): void => undefined;
    const held = 'requested holding held';
    expect(path('key with a look-up', 'native', 'none', confirm)).toBe(`${held} confirming confirmed`);
    expect(path('key with a look-up', 'native', 'none', release)).toBe(`${held} releasing released`);
    expect(path('key with a look-up', 'native', 'none', nothing)).toBe(`${held} expired`);
    expect(path('key with a look-up', 'native', 'lost', confirm)).toBe(
      `${held} confirming unknown confirming confirmed`,
    );
    expect(path('key with a look-up', 'native', 'lost', both)).toBe(`${held} confirming unknown confirmed`);
    expect(path('key with a look-up', 'native', 'lost-before', both)).toBe(
      `${held} confirming unknown held releasing released`,
    );
    expect(path('lookup', 'native', 'crash', confirm)).toBe(`${held} confirming unknown confirmed`);
    expect(path('none', 'native', 'lost', confirm)).toBe(`${held} confirming unknown needs-review`);
    expect(path('key', 'soft', 'none', confirm)).toBe('requested held confirming confirmed');
    expect(path('key', 'soft', 'none', release)).toBe('requested held released');
    expect(path('key', 'soft', 'none', nothing)).toBe('requested held expired');
    expect(path('key', 'soft', 'refused', confirm)).toBe('requested held confirming rejected');
    expect(path('key', 'soft', 'not-sent', confirm)).toBe('requested held confirming held confirming confirmed');
    expect(path('key', 'soft', 'lost', both)).toBe('requested held confirming unknown confirming confirmed');
    expect(path('lookup', 'soft', 'lost-before', both)).toBe('requested held confirming unknown held released');
  });
});
