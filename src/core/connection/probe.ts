import type { Member } from '../../spec/adapter.js';
import { AdapterFault, type Fault } from '../../spec/errors.js';
import type { Supplier } from '../supplier/ports.js';
import type { CheckResult } from './connections.js';

/** A number of nobody, in no form that a scheme gives out. */
const NUMBER = '0000000000';

/**
 * Asks the supplier about a member who does not exist: a question that changes nothing, and any answer to it but a refused
 * credential shows that we were let in.
 */
export async function probe(supplier: Supplier): Promise<CheckResult> {
  const ask = harmlessQuestion(supplier);
  if (ask === null) return 'cannot-check';
  try {
    await ask();
    return 'ok';
  } catch (error) {
    return error instanceof AdapterFault ? told(error.fault) : 'cannot-check';
  }
}

function harmlessQuestion({ adapter, scheme, context }: Supplier): (() => Promise<unknown>) | null {
  const { member, linking } = adapter;
  const name: Member['name'] = { script: scheme.nameRule.script, family: 'NOBODY', given: 'NOBODY' };
  const given = context({ secrets: [], priority: 'support' });
  // A supplier that keys accounts on ids of its own has none for nobody; it is asked to verify instead.
  if (linking === undefined) {
    return member === undefined ? null : () => member.account(given, { number: NUMBER, name, handle: {} });
  }
  const document = { type: 'none', last4: '0000' };
  return () => linking.verify(given, { memberNumber: NUMBER, name, document, form: {} });
}

function told(fault: Fault): CheckResult {
  switch (fault.kind) {
    case 'rejected':
      return 'ok';
    case 'auth':
      return 'auth-failed';
    case 'not-sent':
    case 'rate-limited':
    case 'unknown-outcome':
      return 'unreachable';
    case 'unmapped':
      return 'cannot-check';
    default:
      return fault satisfies never;
  }
}
