import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { pointsLcp } from '../../../adapters/points-lcp/index.js';
import type { Receipt } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import {
  answers,
  attempt,
  breaksOff,
  context,
  faultOf,
  fixture,
  hangs,
  leaveNothingBehind,
  member,
} from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const PATH = '/Reversal';

function write() {
  const refund = pointsLcp.redemption?.refund;
  if (refund?.idempotency !== 'none') throw new Error('the refund claims a recovery');
  return refund;
}

async function refund(resume?: string): Promise<Receipt> {
  const original = {
    reference: '17953055000001111111',
    supplierReference: 'LP-1001',
    reward: { type: 'cash-off', reference: 'ORDER-7', description: 'Off an order' } as const,
    points: points(4000),
  };
  return write().perform(
    context(),
    { member, original, points: points(1500), reason: 'order cancelled' },
    { ...attempt, resume },
  );
}

describe('refund', () => {
  it('sends', async () => {
    const received = answers(PATH, fixture('reverse-transaction.success'));
    await refund();
    expect(received.body).toEqual({ transactionId: 'LP-1001', amount: 1500 });
  });

  it('reads the receipt', async () => {
    answers(PATH, fixture('reverse-transaction.success'));
    expect(await refund()).toEqual({ supplierReference: 'LP-1002', final: true, echo: {} });
  });

  it('reads the receipt of a programme that has no id for it: the debit keeps its own', async () => {
    answers(PATH, fixture('reverse-transaction.same-id'));
    expect(await refund()).toEqual({ supplierReference: undefined, final: true, echo: {} });
  });

  it('reads a refusal for an unknown id, which alone comes as HTTP 400', async () => {
    answers(PATH, fixture('reverse-transaction.refused-no-such'), 400);
    expect(await faultOf(refund())).toEqual({
      kind: 'rejected',
      reason: 'activity-not-found',
      supplierCode: 'NO_SUCH_TRANSACTIONID',
    });
  });

  it('leaves one beyond the debit to a person: no document says how that is called', async () => {
    answers(PATH, fixture('reverse-transaction.over'));
    expect(await faultOf(refund())).toEqual({ kind: 'unmapped', supplierCode: 'FREE_TEXT' });
  });

  it.each([['hangs', hangs] as const, ['breaks off', breaksOff] as const])(
    'survives a lost answer: it %s and is parked, one at a time, and nothing can be resumed',
    async (_how, loses) => {
      loses(PATH);
      expect(await faultOf(refund())).not.toHaveProperty('resume');
      answers(PATH, fixture('reverse-transaction.system-error'));
      expect(await faultOf(refund())).toEqual({ kind: 'unknown-outcome', detail: 'systemError', resume: undefined });
      expect(write().oneOpenAtATime).toBe(true);
      expect(write()).not.toHaveProperty('find');
    },
  );

  it('never resumes the debit, whatever it is given', async () => {
    const received = answers(PATH, fixture('reverse-transaction.success'));
    await refund('LP-1001');
    expect(received.body).toEqual({ transactionId: 'LP-1001', amount: 1500 });
  });

  it.each([
    ['the refund of another debit', '{"status":"success","transactionId":"LP-2","reversalTransactionId":"LP-3"}'],
    ['a status of its own', '{"status":"pending","transactionId":"LP-1001"}'],
    ['a page', '<html>Please log in</html>'],
    ['a list', '[]'],
  ])('does not believe %s', async (_what, body) => {
    answers(PATH, body);
    expect((await faultOf(refund())).kind).toBe('unknown-outcome');
  });
});
