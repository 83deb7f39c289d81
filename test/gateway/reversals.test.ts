import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Books } from '../support/gateway.js';
import { brokenInvariants, ledgerPoints } from '../support/invariants.js';
import { type Answered, type Door, openDoor, type SchemeId } from './door.js';
import { accrue, during, inState, linked, type Operation, operationIn, posted } from './requests.js';

/** Where accruals are posted at once, and so can be reversed at once. */
const AT_ONCE = ['northwind-air', 'harbour-hotels', 'china-railway'] as const;
const WAIT = { prefer: 'wait=20' };
const times = (count: number): number[] => Array.from({ length: count }, (_none, index) => index);

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const reverse = (id: string, body: object = {}, headers: Record<string, string> = WAIT): Promise<Answered> =>
  door.ask('POST', `/v1/accruals/${id}/reversal`, { headers, body: { reason: 'fare refunded', ...body } });

/** Points of reversals in the supplier's books since the accrual, as magnitudes. */
async function takenBack(scheme: SchemeId, accrual: Operation): Promise<number[]> {
  const { postings } = await door.sandbox.get<Books>(`${scheme}/books`);
  const since = postings.findIndex(({ reference }) => reference === accrual.reference);
  const { memberNumber } = postings[since] ?? {};
  return postings
    .slice(since + 1)
    .filter((posting) => posting.memberNumber === memberNumber && posting.kind === 'reversal')
    .map(({ points }) => -points);
}

describe.each(AT_ONCE)('at %s', (scheme) => {
  it('part of the points, then all that is left, then no more', async () => {
    const accrual = await posted(door, (await linked(door, scheme, 'parts')).link, { bonusPoints: 50 });
    const part = await reverse(accrual.id, { points: 200, clientReference: 'refund-1' });
    expect([part.status, part.json]).toMatchObject([
      200,
      {
        kind: 'reversal',
        state: 'posted',
        points: 200,
        bonusPoints: 0,
        originalId: accrual.id,
        linkId: accrual.linkId,
        scheme,
        clientReference: 'refund-1',
        termsVersion: accrual.termsVersion,
      },
    ]);
    const tooMuch = await reverse(accrual.id, { points: 351 });
    expect([tooMuch.status, tooMuch.json['code'], tooMuch.json['operationId']]).toEqual([
      422,
      'REVERSAL_EXCEEDS',
      accrual.id,
    ]);
    expect(await reverse(accrual.id)).toMatchObject({ status: 200, json: { state: 'posted', points: 350 } });
    const again = await reverse(accrual.id);
    expect([again.status, again.json['code'], again.json['operationId']]).toEqual([
      409,
      'ALREADY_REVERSED',
      accrual.id,
    ]);
    expect(await takenBack(scheme, accrual)).toEqual([200, 350]);
  });

  it('the whole of it frees the trip; a part does not', async () => {
    const { link } = await linked(door, scheme, 'freed');
    const accrual = await posted(door, link);
    await reverse(accrual.id, { points: 499 });
    const kept = await accrue(door, link, { activity: accrual.activity, points: 501 });
    expect([kept.status, kept.json['code']]).toEqual([409, 'ACTIVITY_EXISTS']);
    await reverse(accrual.id);
    const anew = await posted(door, link, { activity: accrual.activity, points: 501 });
    expect(anew.id).not.toBe(accrual.id);
  });

  it('many at once take no more than there is', async () => {
    const accrual = await posted(door, (await linked(door, scheme, 'many')).link);
    const answers = await Promise.all(times(12).map(() => reverse(accrual.id, { points: 100 })));
    const done = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status !== 200).map(({ json }) => json['code']);
    expect(done.length).toBeGreaterThan(0);
    expect(done.length).toBeLessThanOrEqual(5);
    // A programme that cannot tell a reversal from its repetition has one open at a time; the others take all there is.
    if (scheme !== 'northwind-air') expect(done).toHaveLength(5);
    expect(
      refused.filter((code) => !['REVERSAL_EXCEEDS', 'ALREADY_REVERSED', 'NOT_REVERSIBLE'].includes(String(code))),
    ).toEqual([]);
    expect(await takenBack(scheme, accrual)).toEqual(done.map(() => 100));
  });

  it('one key is one reversal, however often it is sent', async () => {
    const accrual = await posted(door, (await linked(door, scheme, 'keyed')).link);
    const ask = { idempotencyKey: `reverse-${scheme}`, body: { points: 100, reason: 'once' } };
    const answers = await Promise.all(
      times(10).map(() => door.ask('POST', `/v1/accruals/${accrual.id}/reversal`, ask)),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    await inState(door, String(answers[0]?.json['id']), 'posted');
    expect(await takenBack(scheme, accrual)).toEqual([100]);
    const other = { ...ask, body: { points: 101, reason: 'once' } };
    const refused = await door.ask('POST', `/v1/accruals/${accrual.id}/reversal`, other);
    expect([refused.status, refused.json['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('one clientReference is one reversal, whichever key it comes with', async () => {
    const accrual = await posted(door, (await linked(door, scheme, 'named')).link);
    const named = { points: 100, clientReference: 'refund-91' };
    const answers = await Promise.all(times(8).map(() => reverse(accrual.id, named, {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([...times(7).map(() => 200), 202]);
    const ids = new Set(answers.map(({ json }) => json['id']));
    expect(ids.size).toBe(1);
    await inState(door, String([...ids][0]), 'posted');
    expect(await takenBack(scheme, accrual)).toEqual([100]);
    const other = await reverse(accrual.id, { ...named, points: 101 });
    expect([other.status, other.json['operationId']]).toEqual([409, [...ids][0]]);
    expect(await reverse(accrual.id, { points: 100, clientReference: 'refund-92' })).toMatchObject({ status: 200 });
    expect(await takenBack(scheme, accrual)).toEqual([100, 100]);
  });
});

describe('a balance that was spent', () => {
  const spentAt = async (scheme: SchemeId): Promise<Operation> => {
    const { link, member } = await linked(door, scheme, 'spent');
    const accrual = await posted(door, link);
    const trip = { memberNumber: member.memberNumber, points: -(member.balance + 400), activity: {} };
    await door.sandbox.post(`${scheme}/activity`, trip);
    return accrual;
  };

  it.each(['northwind-air', 'china-railway'] as const)(
    'refuses at %s, and what is left may still be taken',
    async (scheme) => {
      const accrual = await spentAt(scheme);
      expect(await reverse(accrual.id)).toMatchObject({
        status: 200,
        json: { state: 'rejected', rejection: { reason: 'insufficient-points', fixableBy: expect.any(String) } },
      });
      expect(await takenBack(scheme, accrual)).toEqual([]);
      expect(await reverse(accrual.id, { points: 100 })).toMatchObject({ json: { state: 'posted', points: 100 } });
    },
  );

  it('goes below nothing at harbour-hotels, whose adjustments know no bound', async () => {
    const accrual = await spentAt('harbour-hotels');
    expect(await reverse(accrual.id)).toMatchObject({ json: { state: 'posted', points: 500 } });
  });
});

describe('an answer that is lost', () => {
  it.each(['harbour-hotels', 'china-railway'] as const)('at %s is found again', async (scheme) => {
    const accrual = await posted(door, (await linked(door, scheme, 'lost')).link);
    const reversal = await during(door, scheme, 'commitThenDrop', async () => {
      const { id } = operationIn(await reverse(accrual.id, {}, {}));
      return inState(door, id, 'unknown');
    });
    await inState(door, reversal.id, 'posted');
    expect(await takenBack(scheme, accrual)).toEqual([500]);
  });

  it('at northwind-air, which can neither repeat nor look up, is never sent again', async () => {
    const accrual = await posted(door, (await linked(door, 'northwind-air', 'lost')).link);
    const reversal = await during(door, 'northwind-air', 'commitThenDrop', async () => {
      const { id } = operationIn(await reverse(accrual.id, {}, {}));
      return inState(door, id, 'unknown');
    });
    expect(reversal.attempts).toBe(1);
    const next = await reverse(accrual.id, { points: 1 });
    expect([next.status, next.json['code']]).toEqual([409, 'NOT_REVERSIBLE']);
    expect(await takenBack('northwind-air', accrual)).toEqual([500]);
  });
});

it('what is no posted accrual of the caller is not reversed', async () => {
  const { link } = await linked(door, 'china-railway', 'odd');
  const accrual = await posted(door, link);
  const reversal = operationIn(await reverse(accrual.id, { points: 1 }));
  expect(await reverse(reversal.id)).toMatchObject({ status: 404 });
  expect(await reverse(accrual.linkId)).toMatchObject({ status: 404 });
  const refused = operationIn(
    await accrue(door, link, { activity: { ...accrual.activity, orderNumber: 'REFUND-1' } }, { headers: WAIT }),
  );
  expect(refused.state).toBe('rejected');
  expect(await reverse(refused.id)).toMatchObject({
    status: 409,
    json: { code: 'NOT_REVERSIBLE', operationId: refused.id },
  });
});

it('both books agree in the end, and ours are whole', async () => {
  for (const scheme of ['harbour-hotels', 'china-railway'] as const) {
    const { postings } = await door.sandbox.get<Books>(`${scheme}/books`);
    const ours = postings.filter(({ supplierReference }) => !supplierReference.startsWith('OWN'));
    expect(await ledgerPoints(door.bench.ownerUrl, scheme)).toBe(ours.reduce((sum, { points }) => sum + points, 0));
  }
  expect(await brokenInvariants(door.bench.ownerUrl)).toEqual([]);
  expect(door.bench.errors).toEqual([]);
});
