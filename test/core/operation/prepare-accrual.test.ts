import { describe, expect, it } from '@jest/globals';
import type { LinkFacts } from '../../../src/core/link/facts.js';
import { LINK_STATES } from '../../../src/core/link/links.js';
import type { AcceptAccrual } from '../../../src/core/operation/operations.js';
import { prepareAccrual, type SchemeFacts } from '../../../src/core/operation/prepare.js';
import type { NewOperation } from '../../../src/core/operation/row.js';
import { Problem } from '../../../src/core/problem.js';
import { activityKey } from '../../../src/spec/activity.js';
import { ACTIVE_LINK, FLIGHT, LINK, OPERATION, schemeFacts, TENANT, TERMS, WHOLE_TENANT } from './fake-scheme.js';
import { DAY, FAST } from './situations.js';

const NOW = new Date('2026-03-02T01:00:00.000Z');
const WITHOUT_POINTS: AcceptAccrual = { linkId: LINK, activity: FLIGHT, metadata: { trip: 'T1' } };
const INPUT: AcceptAccrual = { ...WITHOUT_POINTS, points: 500 };

interface Given {
  readonly link?: LinkFacts | null;
  readonly organisation?: string | null;
  readonly facts?: SchemeFacts;
}
function prepared(input: AcceptAccrual, given: Given = {}): NewOperation {
  return prepareAccrual(input, {
    caller: { ...WHOLE_TENANT, organisation: given.organisation ?? null },
    link: given.link === undefined ? ACTIVE_LINK : given.link,
    facts: () => given.facts ?? schemeFacts(),
    now: NOW,
    id: OPERATION,
  });
}
function problemOf(input: AcceptAccrual, given: Given = {}): Problem {
  try {
    prepared(input, given);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing stopped it');
}
const linkWith = (different: Partial<LinkFacts>): Given => ({ link: { ...ACTIVE_LINK, ...different } });

describe('the link of an accrual', () => {
  it('is unknown when it is not there or belongs to another organisation', () => {
    expect(problemOf(INPUT, { link: null }).code).toBe('NOT_FOUND');
    expect(problemOf(INPUT, { ...linkWith({ organisation: 'acme' }), organisation: 'acme/sales' }).code).toBe(
      'NOT_FOUND',
    );
    // Whether such a link is active is none of the caller's business either.
    expect(problemOf(INPUT, { ...linkWith({ state: 'removed' }), organisation: 'acme' }).code).toBe('NOT_FOUND');
    const below = prepared(INPUT, { ...linkWith({ organisation: 'acme/sales' }), organisation: 'acme' });
    expect(below.organisation).toBe('acme/sales');
  });

  it.each(LINK_STATES.filter((state) => state !== 'active'))('is not used while %s', (state) => {
    expect(problemOf(INPUT, linkWith({ state }))).toMatchObject({
      code: 'LINK_NOT_ACTIVE',
      details: { linkId: LINK },
    });
  });

  it('has the consent to accrue, unless it has every consent', () => {
    expect(prepared(INPUT, linkWith({ consentScopes: null })).state).toBe('queued');
    expect(prepared(INPUT, linkWith({ consentScopes: ['link', 'accrue'] })).state).toBe('queued');
    for (const consentScopes of [[], ['link', 'read-balance', 'redeem']]) {
      expect(problemOf(INPUT, linkWith({ consentScopes }))).toMatchObject({
        code: 'CONSENT_MISSING',
        details: { linkId: LINK },
      });
    }
  });
});

describe('the scheme of an accrual', () => {
  it('takes accruals at all, and this kind of activity', () => {
    expect(problemOf(INPUT, { facts: schemeFacts({ accrual: null }) }).code).toBe('CAPABILITY_MISSING');
    const rail = schemeFacts({ accrual: { activities: ['rail'] } });
    expect(problemOf(INPUT, { facts: rail }).code).toBe('ACTIVITY_NOT_SUPPORTED');
  });

  it('gives the version of its terms that the day of travel selects', () => {
    const flown = (departureDate: string) => prepared({ ...INPUT, activity: { ...FLIGHT, departureDate } });
    expect(flown('2026-01-01').termsVersion).toBe('2026');
    expect(flown('2025-12-31').termsVersion).toBe('2025');
    expect(flown('2024-12-31').termsVersion).toBeNull();
  });

  it('counts days in its own zone', () => {
    const byPosting = [{ ...TERMS[0], effectiveFrom: '2026-03-02', basis: 'posting' as const }] as typeof TERMS;
    const inZone = (zone: string) => prepared(INPUT, { facts: schemeFacts({ scheme: { terms: byPosting, zone } }) });
    expect(inZone('Asia/Shanghai').termsVersion).toBe('2025');
    expect(inZone('America/Los_Angeles').termsVersion).toBeNull();
  });
});

describe('the points of an accrual', () => {
  const computed = (activity: AcceptAccrual['activity'], facts?: SchemeFacts) =>
    prepared({ ...WITHOUT_POINTS, activity }, facts === undefined ? {} : { facts }).points;

  it('are those given, else what the earn table makes of the fare', () => {
    expect(prepared(INPUT)).toMatchObject({ points: 500, bonusPoints: 0 });
    expect(prepared({ ...INPUT, bonusPoints: 70 })).toMatchObject({ points: 500, bonusPoints: 70 });
    expect(computed(FLIGHT)).toBe(6_000);
    expect(computed({ ...FLIGHT, departureDate: '2025-06-01' })).toBe(3_600);
  });

  it.each<[string, AcceptAccrual['activity']]>([
    ['no fare', { ...FLIGHT, fare: undefined }],
    ['a fare of another currency', { ...FLIGHT, fare: { currency: 'EUR', minor: 120_000 } }],
    ['a fare that earns nothing', { ...FLIGHT, fare: { currency: 'CNY', minor: 19 } }],
    ['no terms in force', { ...FLIGHT, departureDate: '2024-01-01' }],
    ['no rule for its kind', { type: 'other', reference: 'R', description: 'shop', date: '2026-03-01' }],
  ])('are asked for with %s', (_name, activity) => {
    expect(problemOf({ ...WITHOUT_POINTS, activity }).code).toBe('POINTS_REQUIRED');
    expect(prepared({ ...INPUT, activity }).points).toBe(500);
  });

  it('with their bonus stay a whole number', () => {
    expect(problemOf({ ...INPUT, points: Number.MAX_SAFE_INTEGER, bonusPoints: 1 })).toMatchObject({
      code: 'INVALID',
      details: { errors: [{ pointer: '/bonusPoints' }] },
    });
    expect(prepared({ ...INPUT, points: Number.MAX_SAFE_INTEGER - 1, bonusPoints: 1 }).bonusPoints).toBe(1);
  });
});

describe('the time of an accrual', () => {
  const at = (ms: number): Date => new Date(NOW.getTime() + ms);

  it('is now, with the sweeper behind the wake-up', () => {
    expect(prepared(INPUT)).toMatchObject({
      state: 'queued',
      notBefore: null,
      nextActionAt: at(15_000),
      createdAt: NOW,
    });
  });

  it('is a date to come, if the platform says so', () => {
    const notBefore = at(5 * DAY);
    expect(prepared({ ...INPUT, notBefore: notBefore.toISOString() })).toMatchObject({
      state: 'scheduled',
      notBefore,
      nextActionAt: notBefore,
    });
    for (const past of [NOW, at(-DAY)]) {
      const operation = prepared({ ...INPUT, notBefore: past.toISOString() });
      expect(operation).toMatchObject({ state: 'queued', notBefore: past, nextActionAt: at(15_000) });
    }
  });

  it('ends with the claim window, or after thirty days, from when it may begin', () => {
    const terms = TERMS.map((one) => ({ ...one, claimWindowDays: 90 }));
    const facts = schemeFacts({ scheme: { terms } });
    expect(prepared(INPUT).deadlineAt).toEqual(at(FAST.deadlineMs));
    expect(prepared(INPUT, { facts }).deadlineAt).toEqual(at(90 * DAY));
    const later = { ...INPUT, notBefore: at(5 * DAY).toISOString() };
    expect(prepared(later).deadlineAt).toEqual(at(5 * DAY + FAST.deadlineMs));
    expect(prepared(later, { facts }).deadlineAt).toEqual(at(95 * DAY));
    const past = { ...INPUT, notBefore: at(-5 * DAY).toISOString() };
    expect(prepared(past, { facts }).deadlineAt).toEqual(at(90 * DAY));
  });
});

it('an accrual keeps what it was asked, under the authenticated tenant and a reference of its own', () => {
  const operation = prepared({ ...INPUT, clientReference: 'C1' }, linkWith({ organisation: 'acme' }));
  expect(operation).toMatchObject({
    tenantId: TENANT,
    id: OPERATION,
    kind: 'accrual',
    linkId: LINK,
    scheme: 'blue-air',
  });
  expect(operation).toMatchObject({ activity: FLIGHT, activityKey: activityKey(FLIGHT), clientReference: 'C1' });
  expect(operation).toMatchObject({ metadata: { trip: 'T1' }, organisation: 'acme', originalId: null, reason: null });
  expect(operation.connectionId).toBe(ACTIVE_LINK.connectionId);
  expect(operation.reference).toMatch(new RegExp(`^${NOW.getTime()}[0-9]{7}$`));
  expect(prepared(INPUT).clientReference).toBeNull();
});
