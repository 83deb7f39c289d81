import { describe, expect, it } from '@jest/globals';
import { probe } from '../../../src/core/connection/probe.js';
import type { Supplier } from '../../../src/core/supplier/ports.js';
import type { AnyAdapter } from '../../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';

/** A supplier whose question about a member ends so. */
function supplier(ports: Pick<AnyAdapter, 'linking' | 'member'>): Supplier {
  return {
    adapter: ports,
    scheme: { nameRule: { script: 'Latn' } },
    context: () => ({}),
  } as unknown as Supplier;
}

const verifying = (end: () => Promise<never>) => supplier({ linking: { method: 'credentials', verify: end } });
const faults: readonly [Fault, string][] = [
  [{ kind: 'rejected', reason: 'member-not-found', supplierCode: '404' }, 'ok'],
  [{ kind: 'auth', detail: 'HTTP 401' }, 'auth-failed'],
  [{ kind: 'not-sent', detail: 'ECONNREFUSED' }, 'unreachable'],
  [{ kind: 'unknown-outcome', detail: 'timeout' }, 'unreachable'],
  [{ kind: 'rate-limited' }, 'unreachable'],
  [{ kind: 'unmapped', supplierCode: 'E9' }, 'cannot-check'],
];

describe('a question about nobody', () => {
  it.each(faults)('answered by %j is %s', async (fault, wanted) => {
    expect(await probe(verifying(() => Promise.reject(new AdapterFault(fault))))).toBe(wanted);
  });

  it('that an adapter cannot put tells nothing', async () => {
    expect(await probe(verifying(() => Promise.reject(new TypeError('no form'))))).toBe('cannot-check');
    expect(await probe(supplier({}))).toBe('cannot-check');
  });

  it('is about an account where there is nothing to verify', async () => {
    const asked: unknown[] = [];
    const account = async (_context: unknown, member: unknown) => {
      asked.push(member);
      return { available: 0 };
    };
    expect(await probe(supplier({ member: { account } as never }))).toBe('ok');
    expect(asked).toEqual([
      { number: '0000000000', name: { script: 'Latn', family: 'NOBODY', given: 'NOBODY' }, handle: {} },
    ]);
  });
});
