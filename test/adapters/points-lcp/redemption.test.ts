import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { pointsLcp } from '../../../adapters/points-lcp/index.js';
import type { Receipt, RedemptionInput } from '../../../src/spec/adapter.js';
import type { Reward } from '../../../src/spec/reward.js';
import { points } from '../../../src/spec/values.js';
import {
  answers,
  attempt,
  breaksOff,
  config,
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

const flight: Reward = {
  type: 'flight',
  carrier: 'NW',
  flightNumber: '88',
  origin: 'HKG',
  destination: 'PEK',
  departureDate: '2026-12-20',
  bookingReference: 'ABC123',
};
const spent = {
  supplierReference: 'LP-1001',
  final: true,
  echo: { reference: undefined, points: undefined, memberNumber: undefined },
};

function write() {
  const { redemption } = pointsLcp;
  if (redemption?.flow !== 'one-step') throw new Error('the contract has no hold');
  if (redemption.confirm.idempotency !== 'key') throw new Error('the debit is not recovered by key');
  return redemption.confirm;
}

async function confirm(change: Partial<RedemptionInput> = {}, resume?: string): Promise<Receipt> {
  return write().perform(
    context(),
    { member, reward: flight, points: points(4000), ...change },
    { ...attempt, resume },
  );
}

describe('confirm', () => {
  it('sends', async () => {
    const received = answers('/Posting', fixture('transact.success'));
    await confirm();
    expect(received.body).toEqual({
      callback: 'urn:interline:us:17953056000001234567',
      amount: -4000,
      memberId: '7012345678',
      bonus: false,
      order: { orderType: 'FLIGHT', createdAt: '2026-11-21T12:00:00.000Z', confirmationNumber: 'ABC123' },
    });
    expect(received.authorization).toBe('Basic Z2F0ZTpzd29yZGZpc2g=');
  });

  it.each<[Reward, object]>([
    [
      { ...flight, bookingReference: undefined },
      { orderType: 'FLIGHT', confirmationNumber: attempt.reference },
    ],
    [
      { type: 'cash-off', reference: 'ORDER-7', description: 'Off an order' },
      { orderType: 'OTHER', confirmationNumber: 'ORDER-7' },
    ],
  ])('sends what $type is paid for', async (reward, order) => {
    const received = answers('/Posting', fixture('transact.success'));
    await confirm({ reward });
    expect(received.body).toMatchObject({ order });
  });

  it.each<Reward>([
    { type: 'gift', sku: 'CUP', quantity: 2 },
    { type: 'upgrade', bookingReference: 'ABC123', to: 'C' },
    { type: 'stay', property: 'HARB1', checkIn: '2026-12-18', checkOut: '2026-12-20' },
    { type: 'rail', orderNumber: 'E1', trainNumber: 'G1', travelDate: '2026-12-20' },
  ])('sends nothing that a posting cannot name: $type', async (reward) => {
    expect(await faultOf(confirm({ reward }))).toEqual({
      kind: 'rejected',
      reason: 'supplier-refused',
      supplierCode: 'REWARD_TYPE',
    });
  });

  it('reads the receipt', async () => {
    answers('/Posting', fixture('transact.success'));
    expect(await confirm()).toEqual(spent);
  });

  it('reads the receipt of a programme that echoes: a debit is a magnitude', async () => {
    answers('/Posting', fixture('transact.echo'));
    const echo = { reference: attempt.reference, points: 4000, memberNumber: '7012345678' };
    expect(await confirm()).toEqual({ ...spent, echo });
  });

  it('sees a credit in place of the debit', async () => {
    answers('/Posting', JSON.stringify({ status: 'success', transactionId: 'LP-9', amount: 4000 }));
    expect((await confirm()).echo.points).toBe(-4000);
  });

  it('reads a refusal', async () => {
    answers('/Posting', fixture('transact.insufficient'));
    expect(await faultOf(confirm())).toEqual({
      kind: 'rejected',
      reason: 'insufficient-points',
      supplierCode: 'INSUFFICIENT_BALANCE',
    });
  });

  it('leaves free text to a person, and keeps what it quotes to itself', async () => {
    answers('/Posting', fixture('transact.free-text'));
    expect(await faultOf(confirm())).toEqual({ kind: 'unmapped', supplierCode: 'FREE_TEXT' });
  });

  it.each([['hangs', hangs] as const, ['breaks off', breaksOff] as const])(
    'survives a lost answer: it %s, and the same debit goes out again, to the byte',
    async (_how, loses) => {
      const sent: (string | undefined)[] = [];
      const bodies = { ...context(), http: recording(sent) };
      const perform = () => write().perform(bodies, { member, reward: flight, points: points(4000) }, attempt);
      loses('/Posting');
      expect((await faultOf(perform())).kind).toBe('unknown-outcome');
      answers('/Posting', fixture('transact.success'));
      expect(await perform()).toEqual(spent);
      expect(sent).toEqual([sent[0], sent[0]]);
      expect(write().windowMs(config)).toBe(604_800_000);
      expect(write()).not.toHaveProperty('find');
    },
  );

  it.each([
    ['no id', '{"status":"success"}'],
    ['an id that is too long', `{"status":"success","transactionId":"${'x'.repeat(101)}"}`],
    ['no status', '{"transactionId":"LP-1"}'],
    ['a status of its own', '{"status":"held","transactionId":"LP-1"}'],
    ['a failure called SUCCESS', '{"status":"failure","statusMessage":"SUCCESS","transactionId":"LP-1"}'],
    ['an amount that is no number', '{"status":"success","transactionId":"LP-1","amount":"-4000"}'],
    ['a page', '<html>Please log in</html>'],
    ['a list', '[]'],
  ])('does not believe %s', async (_what, body) => {
    answers('/Posting', body);
    expect((await faultOf(confirm())).kind).toBe('unknown-outcome');
  });
});

describe('confirm after a systemError', () => {
  it('is left open with the id to resume by', async () => {
    answers('/Posting', fixture('transact.system-error'));
    expect(await faultOf(confirm())).toEqual({ kind: 'unknown-outcome', detail: 'systemError', resume: 'LP-1001' });
  });

  it('sends the id and nothing else', async () => {
    const received = answers('/RetryTransaction', fixture('retry-transaction.success'));
    await confirm({}, 'LP-1001');
    expect(received.body).toEqual({ transactionId: 'LP-1001' });
  });

  it.each(['success', 'already-succeeded'])('reads the receipt: %s', async (name) => {
    answers('/RetryTransaction', fixture(`retry-transaction.${name}`));
    expect(await confirm({}, 'LP-1001')).toEqual(spent);
  });

  it('reads a refusal', async () => {
    answers('/RetryTransaction', fixture('retry-transaction.insufficient'));
    expect(await faultOf(confirm({}, 'LP-1001'))).toMatchObject({ kind: 'rejected', reason: 'insufficient-points' });
  });

  it('survives a lost answer and another systemError: it can be resumed again', async () => {
    hangs('/RetryTransaction');
    expect((await faultOf(confirm({}, 'LP-1001'))).kind).toBe('unknown-outcome');
    answers('/RetryTransaction', fixture('retry-transaction.system-error'));
    expect(await faultOf(confirm({}, 'LP-1001'))).toMatchObject({ kind: 'unknown-outcome', resume: 'LP-1001' });
    answers('/RetryTransaction', fixture('retry-transaction.already-succeeded'));
    expect(await confirm({}, 'LP-1001')).toEqual(spent);
  });
});

/** The real http of these tests, keeping the text of each body that is sent. */
function recording(sent: (string | undefined)[]): ReturnType<typeof context>['http'] {
  const { http } = context();
  return {
    ...http,
    send: (request) => {
      sent.push(request.body);
      return http.send(request);
    },
  };
}
