import { z } from '../../src/kit/zod.js';
import type { RawConfig } from '../../src/spec/adapter.js';

const HOUR_MS = 3_600_000;
const WEEK_MS = 604_800_000;

const settings = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }).regex(/^[^?#@]*$/),
  /** Part of every `callback`, so it takes only what a URN takes, and no colon. */
  partner: z.string().regex(/^[A-Za-z0-9._-]{1,40}$/),
  /** Milliseconds for which `callback` is trusted to deduplicate; repeats end an hour earlier, hence two at least. */
  windowMs: z
    .int()
    .min(2 * HOUR_MS)
    .default(WEEK_MS),
});

const secrets = z.strictObject({
  /** RFC 7617: a colon would end the user name. */
  username: z.string().regex(/^[^:]+$/),
  password: z.string().min(1),
});

/** A connection to one programme; `baseUrl` has no slash at its end. */
export type Config = Readonly<z.infer<typeof settings> & z.infer<typeof secrets>>;

/** Checks a connection's settings and secrets; throws on anything unknown, missing or malformed, without quoting it. */
export function configure(raw: RawConfig): Config {
  const { baseUrl, ...rest } = settings.parse(raw.settings);
  return { baseUrl: baseUrl.replace(/\/+$/, ''), ...rest, ...secrets.parse(raw.secrets) };
}
