import type { Random } from './random.js';

/** The check digits a scheme may ask for: none, ISO/IEC 7812-1 (luhn), or the number before the last digit modulo 7. */
export const CHECKS = ['none', 'luhn', 'mod7'] as const;
type Check = (typeof CHECKS)[number];

/** How a scheme's member numbers look: `prefix`, then digits up to `length` characters, the last one by `check`. */
export interface NumberShape {
  readonly prefix: string;
  readonly length: number;
  readonly check: Check;
}

/** A number of that shape whose free digits come from `random`. */
export function makeMemberNumber(shape: NumberShape, random: Random): string {
  const free = shape.length - shape.prefix.length - (shape.check === 'none' ? 0 : 1);
  const body = shape.prefix + Array.from({ length: free }, () => String(random.below(10))).join('');
  return body + checkDigit(shape.check, body.replace(/\D/g, ''));
}

function checkDigit(check: Check, digits: string): string {
  switch (check) {
    case 'none':
      return '';
    case 'luhn':
      return String(luhn(digits));
    case 'mod7':
      return String(Array.from(digits).reduce((rest, digit) => (rest * 10 + Number(digit)) % 7, 0));
    default:
      return check satisfies never;
  }
}

function luhn(digits: string): number {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    const weighted = place % 2 === 0 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return (10 - (sum % 10)) % 10;
}
