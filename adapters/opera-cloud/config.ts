import { z } from '../../src/kit/zod.js';
import type { RawConfig } from '../../src/spec/adapter.js';

const HALF_AN_HOUR_MS = 1_800_000;
/** The longest span of one statistics call, by the supplier's document. */
const LONGEST_SPAN_DAYS = 90;

const settings = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }).regex(/^[^?#@]*$/),
  /** The property we are logged in to; it travels in a header, so it takes only what a header takes. */
  hotelId: z.string().regex(/^[!-~]{1,20}$/),
  membershipType: z.string().regex(/^\S{1,20}$/),
  /** How old the last attempt must be before "not found" is believed, in milliseconds. */
  conclusiveAfterMs: z.int().positive().default(HALF_AN_HOUR_MS),
  /** How many days one statistics call spans. */
  lookbackDays: z.int().min(7).max(LONGEST_SPAN_DAYS).default(LONGEST_SPAN_DAYS),
  /** Where the reporting API answers; no document of the supplier says. */
  graphqlPath: z
    .string()
    .regex(/^\/[\w./-]+$/)
    .default('/rna/v1/graphql'),
  /** How far from its posting the stay of a listed transaction may lie. */
  stayWindowDays: z.int().min(1).max(3_650).default(400),
  /** The codes of the properties whose transactions are listed; absent, of every one. */
  properties: z.array(z.string().min(1).max(20)).min(1).optional(),
});

const secrets = z.strictObject({
  /** RFC 7617: a colon would end the client id. */
  clientId: z.string().regex(/^[^:]+$/),
  clientSecret: z.string().min(1),
  /** The gateway refuses a key that is not of its form. */
  appKey: z.string().regex(/^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89aAbB][a-f0-9]{3}-[a-f0-9]{12}$/),
  scope: z.string().min(1),
});

/** A connection to one OPERA Cloud environment; `baseUrl` has no slash at its end. */
export type Config = Readonly<z.infer<typeof settings> & z.infer<typeof secrets>>;

/** Checks a connection's settings and secrets; throws on anything unknown, missing or malformed, without quoting it. */
export function configure(raw: RawConfig): Config {
  const { baseUrl, ...rest } = settings.parse(raw.settings);
  return { baseUrl: baseUrl.replace(/\/+$/, ''), ...rest, ...secrets.parse(raw.secrets) };
}
