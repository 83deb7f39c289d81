import type { SandboxScheme } from '../engine/scheme-file.js';
import { Field } from '../engine/shape.js';

/** How one programme is played: what it promises by its settings, and what only it knows by its behaviour. */
export interface Programme {
  readonly partner: string;
  readonly token: string;
  readonly pushKey: string;
  readonly promise: 'key' | 'lookup' | 'eventual' | 'file' | 'push';
  /** Whether `GET /operations/{reference}` is there. */
  readonly findable: boolean;
  readonly redemption: 'one-step' | 'hold-first' | 'none';
  readonly settles: boolean;
  /** How long a key is kept, milliseconds. */
  readonly windowMs: number;
  /** How far the look-up is behind, milliseconds. */
  readonly lookupLagMs: number;
  readonly posting: 'at-once' | 'pending';
  /** How long what was taken stays pending; the closing of the day ends it sooner. */
  readonly pendingMs: number;
  readonly holdMs: number;
  /** Amounts of points that draw a refusal, by the code they draw. */
  readonly refusals: ReadonlyMap<number, string>;
}

const HOUR_MS = 3_600_000;

/** Reads `settings`, `secrets` and `sandbox.behaviour` of a scheme; throws a ShapeError that names the place. */
export function programmeOf({ settings, secrets, behaviour }: SandboxScheme): Programme {
  const agreed = new Field(settings, '/settings');
  const secret = new Field(secrets, '/secrets');
  const own = new Field(behaviour, '/behaviour');
  own.only('lookupLagMs', 'posting', 'pendingMs', 'holdMs', 'refusals', 'pushBackoffMs');
  const ms = (field: Field, fallback: number): number => field.optional((given) => given.whole({ min: 0 })) ?? fallback;
  const promise = agreed.at('recovery').oneOf(['key', 'lookup', 'eventual', 'file', 'push']);
  const keyFind = agreed.at('keyFind').optional((field) => field.flag()) ?? false;
  return {
    partner: agreed.at('partner').text(),
    token: secret.at('token').text(),
    pushKey: secret.at('pushKey').text(),
    promise,
    findable: promise === 'lookup' || promise === 'eventual' || (promise === 'key' && keyFind),
    redemption: agreed.at('redemption').oneOf(['one-step', 'hold-first', 'none']),
    settles: (agreed.at('settlement').optional((field) => field.oneOf(['daily', 'none'])) ?? 'daily') === 'daily',
    windowMs: ms(agreed.at('windowMs'), 7 * 24 * HOUR_MS),
    lookupLagMs: ms(own.at('lookupLagMs'), 0),
    posting: own.at('posting').optional((field) => field.oneOf(['at-once', 'pending'])) ?? 'at-once',
    pendingMs: ms(own.at('pendingMs'), 1_000),
    holdMs: ms(own.at('holdMs'), HOUR_MS / 2),
    refusals: refusalsOf(own.at('refusals').optional((field) => field) ?? new Field({})),
  };
}

function refusalsOf(field: Field): ReadonlyMap<number, string> {
  return new Map(
    Object.keys(field.record()).map((points) => {
      const amount = Number(points);
      if (!Number.isSafeInteger(amount) || amount < 1) field.at(points).fail('is not under a number of points');
      return [amount, field.at(points).text({ pattern: /^[A-Z][A-Z_]{1,39}$/ })];
    }),
  );
}
