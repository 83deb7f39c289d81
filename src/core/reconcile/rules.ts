import type { Verdict, VerdictReason } from './reconciliations.js';

/** Rises whenever the same input could be judged otherwise than before; it goes into every digest. */
export const RULES_VERSION = 1;

/** The verdict that each reason is a reason for. */
export const VERDICT_OF: Readonly<Record<VerdictReason, Verdict>> = {
  'as-sent': 'matched',
  'settled-by-this-line': 'matched',
  'a-day-late': 'late',
  'not-in-the-settlement': 'ours-only',
  'not-due-yet': 'late',
  'outcome-still-open': 'late',
  'reference-never-sent': 'theirs-only',
  'not-ours': 'foreign',
  'line-repeated': 'duplicated',
  'points-differ': 'different',
  'member-differs': 'different',
  'kind-differs': 'different',
  'day-differs': 'different',
  'we-ended-it-otherwise': 'different',
  'we-never-sent-it': 'different',
};
