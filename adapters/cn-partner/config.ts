import { z } from '../../src/kit/zod.js';
import type { RawConfig } from '../../src/spec/adapter.js';

const HOUR_MS = 3_600_000;
const WEEK_MS = 604_800_000;
/** The contract's GET sees a commit at once; this leaves room for a request that was still on its way. */
const HALF_AN_HOUR_MS = 1_800_000;

const settings = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }),
  partnerId: z.string().min(1),
  /** Which programme of the supplier's is meant, and when it posts: facts for people and the simulated supplier, never sent. */
  brand: z.string().min(1),
  posting: z.enum(['at-once', 'night-after']),
  /** Repeats end an hour before the supplier forgets a key, so less than two hours leaves nothing. */
  windowMs: z
    .int()
    .min(2 * HOUR_MS)
    .default(WEEK_MS),
  /** How old the last attempt must be before "not found", or "still held", is believed, in milliseconds. */
  conclusiveAfterMs: z.int().positive().default(HALF_AN_HOUR_MS),
});
const secrets = z.strictObject({ hmacKey: z.string().min(16) });

/** A connection to one supplier on this contract. `apiUrl` has no slash at its end. */
export interface Config {
  readonly apiUrl: string;
  readonly partnerId: string;
  readonly hmacKey: string;
  /** How long the supplier keeps an idempotency key, in milliseconds. */
  readonly windowMs: number;
  readonly conclusiveAfterMs: number;
}

/** Checks a connection's settings and secrets; throws on anything unknown, missing or malformed. */
export function configure(raw: RawConfig): Config {
  const { baseUrl, partnerId, windowMs, conclusiveAfterMs } = settings.parse(raw.settings);
  const { hmacKey } = secrets.parse(raw.secrets);
  return { apiUrl: `${baseUrl.replace(/\/+$/, '')}/partner/v1`, partnerId, hmacKey, windowMs, conclusiveAfterMs };
}
