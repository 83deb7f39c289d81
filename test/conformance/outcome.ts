import { expect } from '@jest/globals';
import type { Receipt } from '../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../src/spec/errors.js';

/** The fault a call ends with. Fails when the call succeeds, or when the fault repeats one of `secrets`. */
export async function faultOf(call: Promise<unknown>, secrets: readonly string[]): Promise<Fault> {
  const thrown = await call.then(
    (value: unknown) => new Error(`the call succeeded with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  const fault = faultIn(thrown);
  const told = `${String(thrown)} ${JSON.stringify(fault)}`;
  for (const secret of secrets) expect(told).not.toContain(secret);
  return fault;
}

/** The fault that was thrown; anything else that was is thrown again. */
export function faultIn(thrown: unknown): Fault {
  if (thrown instanceof AdapterFault) return thrown.fault;
  throw thrown;
}

/** What was asked of the supplier, as its receipt may echo it. */
export interface Asked {
  readonly reference: string;
  readonly points: number;
  readonly memberNumber: string;
}

/** The fields in which a receipt contradicts what was asked; what it does not echo is not held against it. */
export function contradictions({ echo }: Receipt, asked: Asked): string[] {
  const fields = ['reference', 'points', 'memberNumber'] as const;
  return fields.filter((field) => echo[field] !== undefined && echo[field] !== asked[field]);
}

/** Whether a receipt echoes anything at all. */
export function echoesNothing({ echo }: Receipt): boolean {
  return Object.values(echo).every((field) => field === undefined);
}
