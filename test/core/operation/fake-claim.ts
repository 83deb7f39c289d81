import type { MemberVault, OpenMember } from '../../../src/core/link/vault.js';
import type { Claimed } from '../../../src/core/operation/ports.js';
import type { OperationRow } from '../../../src/core/operation/row.js';
import type { CallOptions, Lease, Supplier } from '../../../src/core/supplier/ports.js';
import type { AccrualInput, AccrualPort, Context, HttpRequest, Perform } from '../../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { ACTIVE_LINK, CONNECTION, FLIGHT, LINK, lookupWrite, OPERATION, schemeFacts, TENANT } from './fake-scheme.js';
import { situation } from './situations.js';

const NOW = new Date('2026-03-02T01:00:00.000Z');

export const MEMBER: OpenMember = {
  memberNumber: 'CA12345678',
  holder: {
    names: [
      { script: 'Hani', family: '欧阳', given: '娜' },
      { script: 'Latn', family: 'OUYANG', given: 'NA' },
    ],
  },
  handle: { profile: 'P-77' },
};

export const SENDING: OperationRow = {
  tenantId: TENANT,
  id: OPERATION,
  kind: 'accrual',
  state: 'sending',
  step: null,
  intent: null,
  scheme: 'blue-air',
  connectionId: CONNECTION,
  linkId: LINK,
  organisation: null,
  reference: '17724132000001234567',
  clientReference: null,
  metadata: {},
  activity: FLIGHT,
  activityKey: 'flight|9991234567890|1',
  points: 500,
  bonusPoints: 100,
  supplierReference: null,
  rejection: null,
  reviewReason: null,
  evidence: null,
  reason: null,
  termsVersion: '2026',
  originalId: null,
  reward: null,
  quoteId: null,
  hold: null,
  businessDate: null,
  notBefore: null,
  deadlineAt: new Date('2026-04-01T01:00:00.000Z'),
  nextActionAt: NOW,
  attempts: 1,
  version: 2,
  createdAt: NOW,
  updatedAt: NOW,
};

/** An accrual of 600 points claimed for its first send. */
export function claimed(different: Partial<Claimed> = {}): Claimed {
  return {
    operation: SENDING,
    snapshot: situation(),
    resume: null,
    act: 'send',
    token: 'a'.repeat(8),
    startedAt: '2026-03-02 01:00:00.000001+00',
    member: { ...SEALED },
    original: null,
    ...different,
  };
}

const SEALED: Claimed['member'] = {
  tenantId: ACTIVE_LINK.tenantId,
  linkId: LINK,
  subjectId: LINK,
  keyVersion: 1,
  wrappedKey: Buffer.alloc(0),
  memberNumber: Buffer.alloc(0),
  holder: Buffer.alloc(0),
  handle: Buffer.alloc(0),
};

/** A vault that opens everything to the same member; the engine needs no more of it. */
export function vaultOf(open: () => OpenMember = () => MEMBER): MemberVault {
  return { open } as unknown as MemberVault;
}

export const LEASE: Lease = { remainingMs: () => 5_000 };

/** How an exchange ends: a status that came back, or a fault of the wire. */
export type Exchanged = number | Fault;

export interface FakeSupplier extends Supplier {
  /** What every call was given beside its input. */
  readonly calls: CallOptions[];
  /** What went over the wire. */
  readonly requests: HttpRequest[];
}

/** A supplier whose exchanges end as scripted, one after the other, and are observed as the kit's http does. */
export function supplierOf(accrual: Partial<AccrualPort<never>> = {}, script: readonly Exchanged[] = []): FakeSupplier {
  const calls: CallOptions[] = [];
  const requests: HttpRequest[] = [];
  const exchanges = [...script];
  const send = async (request: HttpRequest, options: CallOptions) => {
    requests.push(request);
    const ended = exchanges.shift() ?? 200;
    if (typeof ended === 'number') {
      options.observe?.({ effect: request.effect, outcome: 'answered', status: ended });
      return { status: ended, headers: {}, body: '{}' };
    }
    const outcome = ended.kind === 'not-sent' ? 'not-sent' : 'unknown';
    options.observe?.({ effect: request.effect, outcome, status: null });
    throw new AdapterFault(ended);
  };
  const context = (options: CallOptions): Context<never> => {
    calls.push(options);
    return {
      config: {} as never,
      http: {
        send: (request) => send(request, options),
        download: () => Promise.reject(new Error('no operation downloads a file')),
      },
      tokens: { get: async (_name, make) => (await make()).value, drop: () => undefined },
      now: () => NOW.getTime(),
      nonce: () => 'nonce',
      signal: new AbortController().signal,
    };
  };
  const { scheme, adapter, timing } = schemeFacts({ accrual });
  const { limits } = scheme;
  return {
    connectionId: CONNECTION,
    version: 1,
    scheme,
    adapter,
    timing,
    limits,
    config: {} as never,
    context,
    calls,
    requests,
  };
}

const exchange = (effect: 'read' | 'write'): HttpRequest => ({
  method: 'POST',
  url: 'https://supplier.example/',
  effect,
});
export const READ = exchange('read');
export const WRITE = exchange('write');

/** An accrual write that is whatever `perform` does. */
export function accruing(perform: Perform<AccrualInput, never>): Partial<AccrualPort<never>> {
  return { accrue: lookupWrite(perform) };
}
