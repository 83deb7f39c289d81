import type { Caller } from '../../../src/core/access/caller.js';
import { SCOPES } from '../../../src/core/access/caller.js';
import type { LinkFacts } from '../../../src/core/link/facts.js';
import type { SchemeFacts } from '../../../src/core/operation/prepare.js';
import type { AccrualPort, Find, Perform, ReversalInput, Write } from '../../../src/spec/adapter.js';
import type { FlightActivity } from '../../../src/spec/activity.js';
import type { Scheme, Terms } from '../../../src/spec/scheme.js';
import { FAST, receipt } from './situations.js';

export const TENANT = '01900000-0000-7000-8000-00000000000a';
export const LINK = '01900000-0000-7000-8000-0000000000b1';
export const CONNECTION = '01900000-0000-7000-8000-0000000000c1';
export const OPERATION = '01900000-0000-7000-8000-0000000000d1';

export const WHOLE_TENANT: Caller = { tenantId: TENANT, keyId: TENANT, scopes: new Set(SCOPES), organisation: null };

export const ACTIVE_LINK: LinkFacts = {
  tenantId: TENANT,
  id: LINK,
  scheme: 'blue-air',
  connectionId: CONNECTION,
  organisation: null,
  state: 'active',
  consentScopes: null,
};

/** A flown coupon of 1,200.00 yuan. */
export const FLIGHT: FlightActivity = {
  type: 'flight',
  ticketNumber: '9991234567890',
  coupon: 1,
  marketingCarrier: 'BA',
  flightNumber: '1501',
  origin: 'PEK',
  destination: 'SHA',
  departureDate: '2026-03-01',
  bookingClass: 'Y',
  fare: { currency: 'CNY', minor: 120_000 },
};

/** Five points a yuan of fare, from 2026 on; three before. */
export const TERMS: readonly Terms[] = [
  {
    version: '2025',
    effectiveFrom: '2025-01-01',
    basis: 'travel',
    source: 'test',
    accrual: { flight: 'posted-by-us' },
    earn: [{ product: 'flight', on: 'fare', currency: 'CNY', pointsPerUnit: 3, rounding: 'floor' }],
    tiers: [],
    redeem: [],
  },
  {
    version: '2026',
    effectiveFrom: '2026-01-01',
    basis: 'travel',
    source: 'test',
    accrual: { flight: 'posted-by-us' },
    earn: [{ product: 'flight', on: 'fare', currency: 'CNY', pointsPerUnit: 5, rounding: 'floor' }],
    tiers: [],
    redeem: [],
  },
];

export function fakeScheme(different: Partial<Scheme> = {}): Scheme {
  return {
    id: 'blue-air',
    name: { zh: '蓝色航空', en: 'Blue Air' },
    kind: 'airline',
    adapter: 'fake',
    contract: 'reference',
    settings: {},
    memberNumber: { pattern: '.*', check: 'none', description: { zh: '任意', en: 'anything' } },
    nameRule: { script: 'Latn' },
    linkForm: {},
    pointsScale: 0,
    zone: 'Asia/Shanghai',
    resend: 'automatic',
    terms: TERMS,
    softHoldSeconds: 900,
    timing: {},
    limits: { perSecond: null, backlog: 1_000 },
    outcomes: {},
    ...different,
  };
}

/** A write that the supplier looks up; every call succeeds unless told otherwise. */
export function lookupWrite<I>(
  perform: Perform<I, never> = async () => receipt(),
  find: Find<I, never> = async () => ({ found: 'absent' }),
): Write<I, never> {
  return { idempotency: 'lookup', conclusiveAfterMs: () => 20_000, eventual: false, perform, find };
}

/** A reversal without recovery, as at a supplier that answers it once and never again. */
export function onceReversal(oneOpenAtATime: boolean): Write<ReversalInput, never> {
  return { idempotency: 'none', oneOpenAtATime, perform: async () => receipt() };
}

/** A scheme with an adapter of flights, accruals and reversals; `accrual: null` has none of it. */
export function schemeFacts(
  different: { readonly scheme?: Partial<Scheme>; readonly accrual?: Partial<AccrualPort<never>> | null } = {},
): SchemeFacts {
  const accrual: AccrualPort<never> = {
    activities: ['flight', 'other'],
    accrue: lookupWrite(),
    reverse: lookupWrite(),
    ...different.accrual,
  };
  return {
    scheme: fakeScheme(different.scheme),
    adapter: {
      spec: 1,
      id: 'fake',
      contract: { document: 'contracts/suppliers/fake.yaml', version: '1' },
      configure: () => ({}) as never,
      ...(different.accrual === null ? {} : { accrual }),
    },
    timing: FAST,
  };
}
