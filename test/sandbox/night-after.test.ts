import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CnClient, cnClient } from './cn-client.js';
import { listenAsPartner, type Partner } from './partner.js';
import { newReference, NOON, type Running, run, type TestMember, until } from './running.js';

let now: number;
let partner: Partner;
let sandbox: Running;
let miles: CnClient;
let member: TestMember;
beforeEach(async () => {
  now = NOON;
  partner = await listenAsPartner('miles-key');
  sandbox = await run({ clock: () => now, pushUrls: { 'test-miles': partner.url } });
  miles = cnClient(sandbox, 'test-miles', () => now);
  member = await sandbox.member('test-miles');
});
afterEach(async () => {
  await sandbox.stop();
  await partner.stop();
});

const flight = (date: string, orderNo = '9991234567890') => ({ type: 'flight', orderNo, item: 'CA1501', date });
const accrue = (points: number, reference: string, date = '2026-03-10', orderNo?: string) =>
  miles.accrue(member, points, reference, flight(date, orderNo));
const closeDay = async () => (await sandbox.control('POST', '/test-miles/close-day')).json;
const effects = async () => (await sandbox.books('test-miles')).postings;
const status = async (reference: string) => (await miles.send('GET', `/accruals/${reference}`)).json['status'];
const arrived = (count: number): Promise<void> => until(() => partner.received.length >= count);

describe('accruals posted the night after', () => {
  it('are accepted, pending, and move nothing yet', async () => {
    const reference = newReference();
    const answer = await accrue(90, reference);
    expect(answer).toMatchObject({ status: 202, json: { reference, points: 90, status: 'accepted', reversals: [] } });
    expect(answer.json).not.toHaveProperty('businessDate');
    expect(await status(reference)).toBe('accepted');
    const { json } = await miles.send('GET', `/members/${member.memberNumber}`);
    expect(json).toMatchObject({ points: member.balance, pending: 90 });
    expect(await effects()).toEqual([]);
  });

  it('are posted when the day is closed, belong to that day and are told to the partner', async () => {
    const reference = newReference();
    const { json } = await accrue(90, reference);
    expect(await closeDay()).toMatchObject({ businessDate: '2026-03-10', lines: 1, points: 90 });
    expect(await status(reference)).toBe('posted');
    expect(await effects()).toMatchObject([{ reference, points: 90, supplierReference: json['supplierReference'] }]);
    await arrived(1);
    expect(partner.received).toMatchObject([
      {
        genuine: true,
        timestamp: now,
        event: {
          eventId: expect.any(String),
          type: 'accrual.posted',
          reference,
          memberNo: member.memberNumber,
          points: 90,
          supplierReference: json['supplierReference'],
          at: '2026-03-10T04:00:00.000Z',
        },
      },
    ]);
  });

  it('are caught up with when the run of their night was over before they came', async () => {
    await closeDay();
    const reference = newReference();
    await accrue(90, reference);
    expect(await status(reference)).toBe('accepted');
    await until(async () => (await status(reference)) === 'posted');
    expect(await effects()).toMatchObject([{ reference, points: 90 }]);
    await arrived(1);
  });

  it('are posted by the cut-off at midnight, too', async () => {
    const reference = newReference();
    await accrue(90, reference);
    now = Date.parse('2026-03-10T16:00:00Z');
    expect(await status(reference)).toBe('accepted');
    await sandbox.control('GET', '/schemes');
    expect(await status(reference)).toBe('posted');
    expect((await miles.send('GET', `/accruals/${reference}`)).json['businessDate']).toBe('2026-03-10');
  });

  it('wait until the travel is over', async () => {
    const reference = newReference();
    await accrue(90, reference, '2026-03-11');
    await closeDay();
    expect(await status(reference)).toBe('accepted');
    await closeDay();
    expect(await status(reference)).toBe('posted');
  });

  it('are refused in the night where the journey was given back', async () => {
    const reference = newReference();
    expect((await accrue(90, reference, '2026-03-10', 'REFUND9')).status).toBe(202);
    await closeDay();
    const { json } = await miles.send('GET', `/accruals/${reference}`);
    expect(json).toMatchObject({ status: 'refused', code: 'NOT_ELIGIBLE' });
    expect(await effects()).toEqual([]);
    await arrived(1);
    const event = { type: 'accrual.refused', reference, memberNo: member.memberNumber, code: 'NOT_ELIGIBLE' };
    expect(partner.received).toMatchObject([{ genuine: true, event }]);
  });

  it('cannot be reversed before they are posted', async () => {
    const reference = newReference();
    await accrue(90, reference);
    const reverse = () =>
      miles.send('POST', `/accruals/${reference}/reversals`, { points: 90, reason: 'x' }, { key: newReference() });
    expect((await reverse()).json['code']).toBe('NOT_FOUND');
    await closeDay();
    expect((await reverse()).status).toBe(201);
  });

  it('keep giving the first answer under their key', async () => {
    const reference = newReference();
    const first = await accrue(90, reference);
    await closeDay();
    const again = await accrue(90, reference);
    expect([again.status, again.text]).toEqual([202, first.text]);
    expect(await effects()).toHaveLength(1);
  });
});

describe('notifications', () => {
  it('are sent until they are taken, the same event under new proofs', async () => {
    partner.answerWith((delivery) => (delivery < 4 ? ([500, 302, 401][delivery - 1] ?? 500) : 200));
    await accrue(90, newReference());
    await closeDay();
    await arrived(4);
    expect(new Set(partner.received.map(({ event }) => event['eventId'])).size).toBe(1);
    expect(new Set(partner.received.map(({ nonce }) => nonce)).size).toBe(4);
    expect(partner.received.every(({ genuine }) => genuine)).toBe(true);
  });

  it('wait for a partner that has no address yet', async () => {
    sandbox.setPushUrls({});
    await accrue(90, newReference());
    await closeDay();
    await accrue(80, newReference(), '2026-03-11');
    await closeDay();
    expect(partner.received).toEqual([]);
    sandbox.setPushUrls({ 'test-miles': partner.url });
    await arrived(2);
    expect(partner.received.map(({ event }) => event['points'])).toEqual(expect.arrayContaining([90, 80]));
  });

  it("tell of the supplier's own activity that the member has changed", async () => {
    const body = { memberNumber: member.memberNumber, points: 700, activity: {} };
    await sandbox.control('POST', '/test-miles/activity', body);
    await arrived(1);
    expect(partner.received).toMatchObject([
      { genuine: true, event: { type: 'member.changed', memberNo: member.memberNumber } },
    ]);
  });
});

describe('faults of notifications', () => {
  const under = async (kind: string): Promise<void> => {
    await accrue(90, newReference());
    await sandbox.faults('test-miles', { rates: { [kind]: 1 } });
    await closeDay();
  };

  it('duplicateNotification delivers the same event twice, genuine both times', async () => {
    await under('duplicateNotification');
    await arrived(2);
    const [first, second] = partner.received;
    expect(second?.event).toEqual(first?.event);
    expect([first?.genuine, second?.genuine]).toEqual([true, true]);
  });

  it('forgeNotification adds one that nobody with the key has made', async () => {
    await under('forgeNotification');
    await arrived(2);
    const forged = partner.received.filter(({ genuine }) => !genuine);
    const genuine = partner.received.filter((one) => one.genuine);
    expect([forged.length, genuine.length]).toEqual([1, 1]);
    expect(forged[0]?.event).toEqual({ ...genuine[0]?.event, points: 1_000_090 });
  });

  it('reorderNotification holds one back so that a later one comes first', async () => {
    await under('reorderNotification');
    await sandbox.control('DELETE', '/test-miles/faults');
    const body = { memberNumber: member.memberNumber, points: 700, activity: {} };
    await sandbox.control('POST', '/test-miles/activity', body);
    await arrived(2);
    expect(partner.received.map(({ event }) => event['type'])).toEqual(['member.changed', 'accrual.posted']);
  });

  it('skewedClock tells a time ten minutes off under a proof that is right', async () => {
    await under('skewedClock');
    await arrived(1);
    const [{ event, genuine, timestamp }] = partner.received as [Partner['received'][number]];
    expect([genuine, timestamp]).toEqual([true, now]);
    expect(Math.abs(Date.parse(String(event['at'])) - now)).toBe(600_000);
  });

  it('leaves requests alone', async () => {
    await sandbox.faults('test-miles', { rates: { forgeNotification: 1 } });
    expect((await accrue(90, newReference())).status).toBe(202);
  });
});
