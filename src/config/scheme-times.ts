import { z } from 'zod';
import type { Timing } from '../spec/scheme.js';

const milliseconds = z
  .int()
  .min(1)
  .max(31 * 86_400_000);

/** Times by the names of `Timing`, in milliseconds; whatever is not named stays as it is. */
export const timing: z.ZodType<Partial<Timing>> = z.strictObject({
  connectMs: milliseconds.optional(),
  firstByteMs: milliseconds.optional(),
  totalMs: milliseconds.optional(),
  leaseMs: milliseconds.optional(),
  sendMarginMs: milliseconds.optional(),
  maxPauseMs: milliseconds.optional(),
  lookupsMs: z
    .array(milliseconds)
    .min(1)
    .refine((offsets) => offsets.every((ms, index) => index === 0 || ms > (offsets[index - 1] ?? 0)), 'have to rise')
    .optional(),
  lookupEveryMs: milliseconds.optional(),
  lookupUntilMs: milliseconds.optional(),
  eventualGapMs: milliseconds.optional(),
  backoffBaseMs: milliseconds.optional(),
  backoffMaxMs: milliseconds.optional(),
  backoffTries: z.int().min(0).max(100).optional(),
  notSentEveryMs: milliseconds.optional(),
  deadlineMs: milliseconds.optional(),
  stepDeadlineMs: milliseconds.optional(),
  holdMarginMs: milliseconds.optional(),
  settlementRetryMs: milliseconds.optional(),
} satisfies Record<keyof Timing, z.ZodType>) as z.ZodType<Partial<Timing>>;

/** As many as one supplier can be waited for; beyond it a platform learns at once that it has to come again. */
const BACKLOG = 100_000;

/** What a scheme's connections may take at once; without a word no rate, and a backlog that bounds the wait. */
export const limits = z.strictObject({
  perSecond: z.number().min(0.1).max(100_000).nullable().default(null),
  backlog: z.int().min(1).max(10_000_000).default(BACKLOG),
});
