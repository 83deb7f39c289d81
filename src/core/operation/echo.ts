import type { Receipt } from '../../spec/adapter.js';

/** What a receipt must not contradict. Points are a positive magnitude, bonus included. */
export interface Asked {
  readonly reference: string;
  readonly points: number;
  readonly memberNumber: string;
}

/**
 * Whether what the supplier says it did is what we asked. An answer to another question, or to another's, is no receipt: the
 * outcome stays unknown. What the answer does not carry is not held against it.
 */
export function echoes(receipt: Pick<Receipt, 'echo'>, asked: Asked): boolean {
  const { reference, points, memberNumber } = receipt.echo;
  return (
    (reference === undefined || reference === asked.reference) &&
    (points === undefined || (points as number) === asked.points) &&
    (memberNumber === undefined || sameNumber(memberNumber, asked.memberNumber))
  );
}

/** Suppliers print numbers with spaces, dashes and either case. */
export function sameNumber(a: string, b: string): boolean {
  return bare(a) === bare(b);
}

function bare(number: string): string {
  return number.replace(/[\s-]/g, '').toUpperCase();
}
