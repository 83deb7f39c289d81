import { z } from 'zod';
import { REFUSAL_REASONS } from '../spec/errors.js';
import { REWARD_TYPES } from '../spec/reward.js';
import { compiles, isAnchored, isCalendarDate, isZone } from './scheme-checks.js';
import { limits, timing } from './scheme-times.js';
import { assertTiming, timingOf } from './timing.js';
import type { EarnRule, Scheme, Terms } from '../spec/scheme.js';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** More decimals than any scheme pays by, and few enough to be exact. */
const RATE = /^\d{1,6}(?:\.\d{1,4})?$/;
const MONEY_OF = { flight: 'fare', rail: 'fare', stay: 'eligible', other: 'amount' } as const satisfies Record<
  EarnRule['product'],
  EarnRule['on']
>;

const text = z.string().trim().min(1);
const bilingual = z.strictObject({ zh: text, en: text });
const date = z
  .string()
  .regex(DATE, 'has to be a date, YYYY-MM-DD')
  .refine(isCalendarDate, 'is not a day of the calendar');
const currency = z
  .string()
  .refine((code) => Intl.supportedValuesOf('currency').includes(code), 'is not a currency of ISO 4217');
const pattern = z
  .string()
  .refine(isAnchored, 'has to match whole texts: ^ at its beginning, $ at its end, alternatives in parentheses')
  .refine(compiles, 'is not a regular expression');
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'has to be a time of the day, HH:MM');
const product = z.enum(['flight', 'stay', 'rail', 'other']);
const poster = z.literal('posted-by-us', {
  error: ({ input }) =>
    input === 'posted-by-supplier'
      ? 'posted-by-supplier is not supported yet: expectations, which watch what a supplier posts by itself, come later'
      : 'has to be posted-by-us',
});

const earnRule = z.strictObject({
  product,
  on: z.enum(['fare', 'eligible', 'amount']),
  currency,
  pointsPerUnit: z.number().refine((rate) => rate > 0 && RATE.test(String(rate)), {
    error: 'has to be above 0, with at most 6 digits before and 4 after the point',
  }),
  rounding: z.enum(['floor', 'nearest', 'ceil']),
});

const burnRule = z.strictObject({
  reward: z.enum(REWARD_TYPES),
  currency,
  pointsPerUnit: z.number().refine((rate) => rate > 0 && RATE.test(String(rate)), {
    error: 'has to be above 0, with at most 6 digits before and 4 after the point',
  }),
  minimum: z.int().min(1).optional(),
});

const terms = z
  .strictObject({
    version: text,
    effectiveFrom: date,
    basis: z.enum(['travel', 'booking', 'posting']),
    source: text,
    accrual: z.partialRecord(product, poster),
    earn: z.array(earnRule),
    tiers: z.array(z.strictObject({ code: text, name: bilingual, qualifying: bilingual.optional() })),
    expiry: bilingual.optional(),
    burn: bilingual.optional(),
    redeem: z.array(burnRule).default([]),
    claimWindowDays: z.int().min(1).max(3650).optional(),
  })
  .superRefine(earnsWhatWePost)
  .superRefine(redeemsOnce);

const formField = z.strictObject({
  type: z.literal('string'),
  title: text.optional(),
  'x-title': bilingual,
  description: text.optional(),
  pattern: pattern.optional(),
  enum: z.array(text).min(1).optional(),
  minLength: z.int().min(0).optional(),
  maxLength: z.int().min(1).optional(),
  writeOnly: z.boolean().optional(),
});

const linkForm = z
  .strictObject({
    type: z.literal('object'),
    additionalProperties: z.literal(false),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/), formField),
  })
  .refine(({ required, properties }) => (required ?? []).every((name) => name in properties), {
    path: ['required'],
    error: 'names a field that is not among the properties',
  });

const fields = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'has to be lower-case letters, digits and dashes'),
  name: bilingual,
  kind: z.enum(['airline', 'hotel', 'rail', 'wallet', 'coalition']),
  adapter: text,
  contract: z.enum(['published', 'reference']),
  settings: z.record(z.string(), z.unknown()),
  memberNumber: z.strictObject({ pattern, check: z.enum(['none', 'luhn', 'mod7']), description: bilingual }),
  nameRule: z.strictObject({ script: z.enum(['Hani', 'Latn']) }),
  linkForm,
  pointsScale: z.int().min(0).max(4),
  zone: z.string().refine(isZone, 'is not a time zone of the IANA database'),
  resend: z.enum(['automatic', 'by-person']),
  terms: z.array(terms).min(1).superRefine(areDistinct),
  softHoldSeconds: z.int().min(60).max(86_400).default(900),
  timing: timing.default({}),
  limits: limits.prefault({}),
  outcomes: z
    .record(
      z.string().min(1).max(64),
      z.union([z.strictObject({ rejected: z.enum(REFUSAL_REASONS) }), z.enum(['not-processed', 'needs-review'])]),
    )
    .default({}),
  settlement: z
    .strictObject({ fetchAt: clockTime, expectedBy: clockTime })
    .refine(({ fetchAt, expectedBy }) => fetchAt < expectedBy, 'has to be expected after it is first asked for')
    .optional(),
  sandbox: z
    .strictObject({
      settings: z.record(z.string(), z.unknown()),
      secrets: z.record(z.string(), z.string()),
      members: z.strictObject({ prefix: z.string(), length: z.int().min(4).max(32) }),
      timing: timing.optional(),
      limits: limits.optional(),
      behaviour: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});

/** A scheme's YAML file, checked to the last field. Unknown fields are refused everywhere but in `settings` and `secrets`, which the adapter checks. */
export const schemeFile: z.ZodType<Scheme> = fields.superRefine(sendsOnce);

type Context = z.core.$RefinementCtx;

/** Times under which a write could happen twice are refused here, not at the first call. */
function sendsOnce(scheme: Pick<Scheme, 'timing' | 'sandbox'>, context: Context): void {
  for (const name of ['normal', 'fast'] as const) {
    try {
      assertTiming(timingOf(scheme, name));
    } catch (error) {
      const path = name === 'fast' ? ['sandbox', 'timing'] : ['timing'];
      context.addIssue({ code: 'custom', path, message: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** An earn rule is how we compute what we post: on money the product has, for a product that is ours to post, once per currency. */
function earnsWhatWePost(given: Pick<Terms, 'accrual' | 'earn'>, context: Context): void {
  given.earn.forEach((rule, index) => {
    if (rule.on !== MONEY_OF[rule.product]) {
      const message = `a ${rule.product} earns on its ${MONEY_OF[rule.product]}`;
      context.addIssue({ code: 'custom', path: ['earn', index, 'on'], message });
    }
    if (given.accrual[rule.product] !== 'posted-by-us') {
      const message = `${rule.product} is not posted-by-us under accrual`;
      context.addIssue({ code: 'custom', path: ['earn', index, 'product'], message });
    }
    if (given.earn.findIndex((other) => other.product === rule.product && other.currency === rule.currency) < index) {
      const message = `there is another rule for ${rule.product} in ${rule.currency}`;
      context.addIssue({ code: 'custom', path: ['earn', index], message });
    }
  });
}

/** Of two rates for the same reward in the same currency one would go unheard. */
function redeemsOnce({ redeem }: Pick<Terms, 'redeem'>, context: Context): void {
  redeem.forEach((rule, index) => {
    const first = redeem.findIndex((other) => other.reward === rule.reward && other.currency === rule.currency);
    if (first === index) return;
    const message = `there is another rule for ${rule.reward} in ${rule.currency}`;
    context.addIssue({ code: 'custom', path: ['redeem', index], message });
  });
}

/** Two terms of one version could not be told apart on an operation, two of one day not on a calendar. */
function areDistinct(list: readonly Pick<Terms, 'version' | 'effectiveFrom'>[], context: Context): void {
  for (const field of ['version', 'effectiveFrom'] as const) {
    list.forEach((entry, index) => {
      if (list.findIndex((other) => other[field] === entry[field]) === index) return;
      context.addIssue({ code: 'custom', path: [index, field], message: `${entry[field]} is there twice` });
    });
  }
}
