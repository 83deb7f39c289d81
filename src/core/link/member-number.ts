import type { MemberNumberRule } from '../../spec/scheme.js';

/** What was found wrong with a member number before any call; `ok` says nothing about whether the member exists. */
export type MemberNumberVerdict = 'ok' | 'pattern' | 'check-digit';

const FULL_WIDTH_OFFSET = 0xfee0;
const MASK = '****';

/**
 * The one spelling of a member number that is compared, indexed and sent. Spaces, dashes and invisible characters go,
 * full-width letters and digits become ASCII, letters upper case: people copy numbers from cards, mails and Chinese keyboards.
 */
export function normaliseMemberNumber(raw: string): string {
  return raw
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - FULL_WIDTH_OFFSET))
    .replace(/[\s\p{Dash_Punctuation}\p{Format}\u2212]/gu, '')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/** Checks a normalised number against its scheme's rule; the pattern has to match the whole number. */
export function checkMemberNumber(rule: MemberNumberRule, normalised: string): MemberNumberVerdict {
  if (!new RegExp(`^(?:${rule.pattern})$`, 'u').test(normalised)) return 'pattern';
  return checkDigitHolds(rule.check, normalised) ? 'ok' : 'check-digit';
}

/** A number as it may be shown: its end, at most 4 characters and at most a third of it, after a mask that hides the length. */
export function maskMemberNumber(number: string): string {
  const shown = Math.min(4, Math.floor(number.length / 3));
  return MASK + number.slice(number.length - shown);
}

/** Letters are the scheme's prefix and take no part in the sum; a number without digits to check never holds. */
function checkDigitHolds(check: MemberNumberRule['check'], normalised: string): boolean {
  if (check === 'none') return true;
  const digits = Array.from(normalised.replace(/[^0-9]/g, ''), Number);
  const last = digits.pop();
  if (last === undefined || digits.length === 0) return false;
  switch (check) {
    case 'luhn':
      return last === luhnDigit(digits);
    case 'mod7':
      return last === digits.reduce((rest, digit) => (rest * 10 + digit) % 7, 0);
    default:
      return check satisfies never;
  }
}

/** ISO/IEC 7812-1 annex B: from the right, every other digit counts double, its own digits summed. */
function luhnDigit(payload: readonly number[]): number {
  const sum = payload.toReversed().reduce((total, digit, index) => {
    const weighted = index % 2 === 0 ? digit * 2 : digit;
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return (10 - (sum % 10)) % 10;
}
