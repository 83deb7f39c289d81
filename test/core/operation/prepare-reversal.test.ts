import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prepareAccrual, prepareReversal, type SchemeFacts } from '../../../src/core/operation/prepare.js';
import type { NewOperation, OperationRow } from '../../../src/core/operation/row.js';
import { Problem } from '../../../src/core/problem.js';
import type { AccrualPort } from '../../../src/spec/adapter.js';
import { OPERATION_KINDS, WRITE_STATES } from '../../../src/spec/operation.js';
import {
  ACTIVE_LINK,
  FLIGHT,
  LINK,
  lookupWrite,
  onceReversal,
  OPERATION,
  schemeFacts,
  WHOLE_TENANT,
} from './fake-scheme.js';
import { DAY, FAST } from './situations.js';

const NOW = new Date('2026-03-02T01:00:00.000Z');
const LATER = new Date(NOW.getTime() + 40 * DAY);
const REVERSAL = '01900000-0000-7000-8000-0000000000d2';
const given = { caller: WHOLE_TENANT, link: ACTIVE_LINK, facts: () => schemeFacts(), now: NOW, id: OPERATION };

/** A posted accrual of 500 points and 100 on top. */
const POSTED: OperationRow = {
  ...prepareAccrual({ linkId: LINK, activity: FLIGHT, points: 500, bonusPoints: 100, metadata: {} }, given),
  state: 'posted',
  step: null,
  intent: null,
  supplierReference: 'S1',
  rejection: null,
  reviewReason: null,
  evidence: { by: 'receipt' },
  quoteId: null,
  hold: null,
  businessDate: null,
  attempts: 1,
  version: 3,
  updatedAt: NOW,
};

interface Case {
  readonly points?: number;
  readonly original?: OperationRow | null;
  readonly taken?: { readonly points: number; readonly open: number };
  readonly link?: typeof ACTIVE_LINK | null;
  readonly organisation?: string;
  readonly facts?: SchemeFacts;
}
function reversal(one: Case = {}): NewOperation {
  const { points } = one;
  return prepareReversal(
    { accrualId: OPERATION, reason: 'trip cancelled', metadata: {}, ...(points === undefined ? {} : { points }) },
    one.original === undefined ? POSTED : one.original,
    one.taken ?? { points: 0, open: 0 },
    {
      caller: { ...WHOLE_TENANT, organisation: one.organisation ?? null },
      link: one.link === undefined ? ACTIVE_LINK : one.link,
      facts: () => one.facts ?? schemeFacts(),
      now: LATER,
      id: REVERSAL,
    },
  );
}
function problemOf(one: Case): string {
  try {
    reversal(one);
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return 'none';
}

describe('a reversal', () => {
  it('takes back what it is asked to, else all that is left, bonus included', () => {
    expect(reversal({ points: 40 })).toMatchObject({ points: 40, bonusPoints: 0 });
    expect(reversal().points).toBe(600);
    expect(reversal({ taken: { points: 250, open: 0 } }).points).toBe(350);
    expect(reversal({ points: 350, taken: { points: 250, open: 2 } }).points).toBe(350);
  });

  it('never exceeds the accrual, together with the others', () => {
    expect(problemOf({ points: 601 })).toBe('REVERSAL_EXCEEDS');
    expect(problemOf({ points: 351, taken: { points: 250, open: 0 } })).toBe('REVERSAL_EXCEEDS');
    expect(problemOf({ taken: { points: 600, open: 0 } })).toBe('ALREADY_REVERSED');
    expect(problemOf({ points: 1, taken: { points: 600, open: 0 } })).toBe('ALREADY_REVERSED');
    const wish = fc.option(fc.integer({ min: 1, max: 700 }), { nil: undefined });
    const property = fc.property(fc.array(wish, { maxLength: 20 }), (wishes) => {
      let taken = 0;
      for (const points of wishes) {
        const one: Case = { taken: { points: taken, open: 0 }, ...(points === undefined ? {} : { points }) };
        if (problemOf(one) === 'none') taken += reversal(one).points;
      }
      expect(taken).toBeLessThanOrEqual(600);
      if (wishes.includes(undefined)) expect(taken).toBe(600);
    });
    fc.assert(property);
  });

  it.each(WRITE_STATES.filter((state) => state !== 'posted'))('is refused while the accrual is %s', (state) => {
    expect(problemOf({ original: { ...POSTED, state } })).toBe('NOT_REVERSIBLE');
  });

  it.each(OPERATION_KINDS.filter((kind) => kind !== 'accrual'))('finds no accrual in a %s', (kind) => {
    expect(problemOf({ original: { ...POSTED, kind } })).toBe('NOT_FOUND');
  });

  it('finds nothing that is not there or belongs to another organisation', () => {
    expect(problemOf({ original: null, link: null })).toBe('NOT_FOUND');
    expect(problemOf({ link: null })).toBe('NOT_FOUND');
    expect(problemOf({ organisation: 'acme' })).toBe('NOT_FOUND');
  });

  it('comes one at a time where the supplier could not tell two apart', () => {
    const open = { points: 100, open: 1 };
    const once = schemeFacts({ accrual: { reverse: onceReversal(true) } });
    expect(problemOf({ facts: once, taken: open })).toBe('NOT_REVERSIBLE');
    expect(problemOf({ facts: once, taken: { points: 100, open: 0 } })).toBe('none');
    expect(problemOf({ facts: schemeFacts({ accrual: { reverse: onceReversal(false) } }), taken: open })).toBe('none');
    expect(problemOf({ taken: open })).toBe('none');
  });

  it('is refused where the scheme has none', () => {
    const { adapter } = schemeFacts();
    const accrual: AccrualPort<never> = { activities: ['flight'], accrue: lookupWrite() };
    const facts: SchemeFacts = { ...schemeFacts(), adapter: { ...adapter, accrual } };
    expect(problemOf({ facts })).toBe('CAPABILITY_MISSING');
    expect(problemOf({ facts: schemeFacts({ accrual: null }) })).toBe('CAPABILITY_MISSING');
  });

  it('is still possible when the link is no longer in use: the points were posted', () => {
    for (const state of ['closing', 'suspended', 'relink-needed', 'removed'] as const)
      expect(problemOf({ link: { ...ACTIVE_LINK, state } })).toBe('none');
    expect(problemOf({ link: { ...ACTIVE_LINK, consentScopes: [] } })).toBe('none');
  });

  it('keeps its parent, its reason and the terms of the accrual, and a reference of its own', () => {
    expect(reversal({ original: { ...POSTED, termsVersion: '2025' } })).toMatchObject({
      kind: 'reversal',
      state: 'queued',
      originalId: OPERATION,
      reason: 'trip cancelled',
      termsVersion: '2025',
      activity: null,
      activityKey: null,
      linkId: LINK,
      notBefore: null,
      deadlineAt: new Date(LATER.getTime() + FAST.deadlineMs),
      nextActionAt: new Date(LATER.getTime() + 15_000),
    });
    expect(reversal().reference).not.toBe(POSTED.reference);
    expect(reversal().reference.startsWith(String(LATER.getTime()))).toBe(true);
  });
});
