import { z } from '../../src/kit/zod.js';
import type { RawConfig } from '../../src/spec/adapter.js';
import { REFUSAL_REASONS } from '../../src/spec/errors.js';
import { type Refusals, refusalsWith } from './errors.js';

const HOUR_MS = 3_600_000;

/** What a programme promises, as agreed with it; from these follow the adapter's ports. */
const promises = {
  /** What may be relied on when an answer is lost; the README says what each means. */
  recovery: z.enum(['key', 'lookup', 'eventual', 'file', 'push']),
  /** Whether a programme that promises `key` can be asked about an operation, too. */
  keyFind: z.boolean().default(false),
  redemption: z.enum(['one-step', 'hold-first', 'none']),
  settlement: z.enum(['daily', 'none']).default('daily'),
  /** Codes that the programme adds to the contract's, and what they mean. */
  refusals: z.record(z.string().regex(/^[A-Z][A-Z_]{1,39}$/), z.enum(REFUSAL_REASONS)).default({}),
};

const settings = z
  .strictObject({
    baseUrl: z.url({ protocol: /^https?$/ }),
    partner: z.string().min(1),
    /** Repeats end an hour before the programme forgets a key, so less than two hours leaves nothing. */
    windowMs: z
      .int()
      .min(2 * HOUR_MS)
      .default(7 * 24 * HOUR_MS),
    /** How old the last attempt must be before "not found" is believed, in milliseconds. */
    conclusiveAfterMs: z
      .int()
      .positive()
      .default(HOUR_MS / 2),
    ...promises,
  })
  .superRefine(keepsItsPromises);
const secrets = z.strictObject({ token: z.string().min(16), pushKey: z.string().min(16) });

const promised = z.object(promises).superRefine(keepsItsPromises);
export type Promises = z.output<typeof promised>;

/** A connection to one programme. `apiUrl` has no slash at its end; times are milliseconds. */
export interface Config {
  readonly apiUrl: string;
  readonly partner: string;
  readonly token: string;
  readonly pushKey: string;
  readonly windowMs: number;
  readonly conclusiveAfterMs: number;
  readonly refusals: Refusals;
}

/** Checks a connection's settings and secrets; throws on anything unknown, missing or malformed. */
export function configure(raw: RawConfig): Config {
  const { baseUrl, partner, windowMs, conclusiveAfterMs, refusals } = settings.parse(raw.settings);
  const { token, pushKey } = secrets.parse(raw.secrets);
  const apiUrl = `${baseUrl.replace(/\/+$/, '')}/v1`;
  return { apiUrl, partner, token, pushKey, windowMs, conclusiveAfterMs, refusals: refusalsWith(refusals) };
}

/** The promises among a scheme's settings; throws where they do not go together. */
export function readPromises(raw: RawConfig['settings']): Promises {
  return promised.parse(raw);
}

/** A hold has to be asked about before anything is concluded from it, and a programme without recovery needs its file. */
function keepsItsPromises(
  { recovery, keyFind, redemption, settlement }: Pick<Promises, 'recovery' | 'keyFind' | 'redemption' | 'settlement'>,
  context: z.core.$RefinementCtx,
): void {
  const asked = recovery === 'lookup' || (recovery === 'key' && keyFind);
  if (redemption === 'hold-first' && !asked) {
    context.addIssue({ code: 'custom', path: ['redemption'], message: 'hold-first needs a look-up that does not lag' });
  }
  if (recovery === 'file' && settlement === 'none') {
    context.addIssue({ code: 'custom', path: ['settlement'], message: 'recovery by file needs the daily file' });
  }
}
