import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { pointsLcp } from '../../../adapters/points-lcp/index.js';
import type { Receipt } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import { answers, attempt, context, faultOf, fixture, hangs, leaveNothingBehind, member } from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const PATH = '/Reversal';

function write() {
  const reverse = pointsLcp.accrual?.reverse;
  if (reverse?.idempotency !== 'none') throw new Error('the reversal claims a recovery');
  return reverse;
}

async function reverse(resume?: string): Promise<Receipt> {
  const original = {
    reference: '17953055000001111111',
    supplierReference: 'LP-1001',
    activity: { type: 'other', reference: 'PARK-7', description: 'Parking', date: '2026-11-20' } as const,
    points: points(1200),
    bonusPoints: points(300),
  };
  const input = { member, original, points: points(400), reason: 'refund' };
  return write().perform(context(), input, { ...attempt, resume });
}

describe('reverse', () => {
  it('sends', async () => {
    const received = answers(PATH, fixture('reverse-transaction.success'));
    await reverse();
    expect(received.body).toEqual({ transactionId: 'LP-1001', amount: -400 });
  });

  it('reads the receipt', async () => {
    answers(PATH, fixture('reverse-transaction.success'));
    expect(await reverse()).toEqual({ supplierReference: 'LP-1002', final: true, echo: {} });
  });

  it('reads the receipt of a programme that has no id for it: the posting keeps its own', async () => {
    answers(PATH, fixture('reverse-transaction.same-id'));
    expect(await reverse()).toEqual({ supplierReference: undefined, final: true, echo: {} });
  });

  it('reads a refusal', async () => {
    answers(PATH, fixture('reverse-transaction.insufficient'));
    expect(await faultOf(reverse())).toEqual({
      kind: 'rejected',
      reason: 'insufficient-points',
      supplierCode: 'INSUFFICIENT_BALANCE',
    });
  });

  it('reads a refusal for an unknown id, which alone comes as HTTP 400', async () => {
    answers(PATH, fixture('reverse-transaction.refused-no-such'), 400);
    expect(await faultOf(reverse())).toMatchObject({ kind: 'rejected', reason: 'activity-not-found' });
  });

  it.each(['<html>Bad request</html>', '{"status":"failure","statusMessage":"Error: amount","transactionId":""}'])(
    'leaves any other HTTP 400 to a person: %s',
    async (body) => {
      answers(PATH, body, 400);
      expect(await faultOf(reverse())).toEqual({ kind: 'unmapped', supplierCode: 'HTTP_400' });
    },
  );

  it('survives a lost answer: it is parked, one at a time, and nothing can be resumed', async () => {
    hangs(PATH);
    expect(await faultOf(reverse())).not.toHaveProperty('resume');
    answers(PATH, fixture('reverse-transaction.system-error'));
    expect(await faultOf(reverse())).toEqual({ kind: 'unknown-outcome', detail: 'systemError', resume: undefined });
    expect(write().oneOpenAtATime).toBe(true);
    expect(write()).not.toHaveProperty('find');
  });

  it('does not believe the reversal of another posting', async () => {
    answers(PATH, '{"status":"success","transactionId":"LP-2","reversalTransactionId":"LP-3"}');
    expect((await faultOf(reverse())).kind).toBe('unknown-outcome');
  });
});
