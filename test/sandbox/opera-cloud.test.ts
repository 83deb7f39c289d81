import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { APP_KEY, askForToken, type OperaClient, operaClient } from './opera-client.js';
import { NOON, type Running, run, type TestAnswer, type TestMember } from './running.js';

let now: number;
let sandbox: Running;
let opera: OperaClient;
let member: TestMember;
let ids: { readonly profileId: string; readonly membershipId: string };
beforeEach(async () => {
  now = NOON;
  sandbox = await run({ clock: () => now });
  opera = await operaClient(sandbox);
  member = await sandbox.member('test-hotels');
  ids = await opera.idsOf(member.memberNumber);
});
afterEach(() => sandbox.stop());

const statistics = (query: Record<string, string> = {}): Promise<TestAnswer> => {
  const all = { profileId: ids.profileId, membershipCardNo: member.memberNumber, membershipType: 'TT' };
  return opera.get(
    `/profileMembershipStatistics?${new URLSearchParams({ ...all, transactionDetail: 'true', ...query }).toString()}`,
  );
};
const transactions = ({ json }: TestAnswer): readonly Record<string, unknown>[] =>
  (json['membershipStatistics'] as { transactions: Record<string, unknown>[] }).transactions;

describe('OAuth', () => {
  it('gives a bearer token for an hour', async () => {
    const { status, json } = await askForToken(sandbox);
    expect(status).toBe(200);
    expect(json).toEqual({ access_token: expect.any(String), expires_in: 3_600, token_type: 'Bearer' });
  });

  it.each([
    [{ client: 'us:wrong' }, 401],
    [{ appKey: '00000000-0000-4000-8000-000000000000' }, 401],
    [{ form: { scope: 'other' } }, 401],
    [{ form: { grant_type: 'password' } }, 400],
  ])('refuses %j with %i', async (other, status) => {
    expect((await askForToken(sandbox, other)).status).toBe(status);
  });

  it.each([
    [{ authorization: 'Bearer made-up' }, 401],
    [{ 'x-app-key': 'no uuid' }, 400],
    [{ 'x-app-key': APP_KEY.replace('6f', '7f') }, 403],
    [{ 'x-hotelid': 'OTHER' }, 403],
  ])('lets no call in with %j', async (headers, status) => {
    const answer = await opera.get(`/profiles/${ids.profileId}/memberships/info`, headers);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ type: expect.any(String), title: expect.any(String), status });
  });

  it('lets a token end', async () => {
    now += 3_599_999;
    expect((await opera.get(`/profiles/${ids.profileId}/memberships/info`)).status).toBe(200);
    now += 1;
    expect((await opera.get(`/profiles/${ids.profileId}/memberships/info`)).status).toBe(401);
  });
});

describe('a membership', () => {
  it('is found by its card, under ids that are not the card number', async () => {
    const { status, json } = await opera.get(`/membershipsCard/${member.memberNumber}/membershipType/TT/transactions`);
    expect(status).toBe(200);
    expect(json['membershipTransactionsSummaryCollection']).toMatchObject([
      {
        membershipDetails: {
          name: `${member.familyName}, ${member.givenName}`,
          membershipCardNo: member.memberNumber,
          membershipLevel: expect.any(String),
        },
        pointsSummary: { availablePoints: { value: String(member.balance) } },
      },
    ]);
    expect(new Set([ids.profileId, ids.membershipId, member.memberNumber]).size).toBe(3);
  });

  it.each([['/membershipsCard/TT000000000/membershipType/TT/transactions'], ['/profiles/1/memberships/info']])(
    'that does not exist is 204: %s',
    async (path) => {
      expect(await opera.get(path)).toMatchObject({ status: 204, text: '' });
    },
  );

  it('of another type is 204', async () => {
    const path = `/membershipsCard/${member.memberNumber}/membershipType/XX/transactions`;
    expect((await opera.get(path)).status).toBe(204);
  });

  it('has its points at once, whatever the statistics see', async () => {
    await opera.accrue(ids.membershipId, { reference: '1' });
    const { json } = await opera.get(`/profiles/${ids.profileId}/memberships/info?membershipType=TT`);
    expect(json['memberInfo']).toMatchObject({ pointsAvailable: member.balance + 120 });
  });

  it('lists what will end, page by page', async () => {
    const path = `/memberships/${ids.membershipId}/pointsToExpire`;
    const { json } = await opera.get(path);
    const lots = json['memberPointsToExpireList'] as { pointsExpiryDate: string; pointsToExpire: number }[];
    expect(lots.map((lot) => lot.pointsExpiryDate)).toEqual(['2026-12-31', '2027-12-31']);
    expect(lots.reduce((sum, lot) => sum + lot.pointsToExpire, 0)).toBe(member.balance);
    const second = await opera.get(`${path}?limit=1&offset=1`);
    expect(second.json).toMatchObject({ memberPointsToExpireList: [lots[1]], hasMore: false, totalResults: 2 });
  });
});

describe('postMembershipTransaction', () => {
  it('answers 201 with the place of the transaction', async () => {
    const { status, headers, json } = await opera.accrue(ids.membershipId, { reference: '42' });
    const [row] = (await sandbox.books('test-hotels')).postings;
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/crm/v1/membershipTransactions/${row?.supplierReference ?? ''}`);
    expect(json['links']).toHaveLength(1);
    expect(row).toMatchObject({ reference: '42', memberNumber: member.memberNumber, points: 120, kind: 'accrual' });
  });

  it('recognises nothing as a repetition: twice the same reference is two effects', async () => {
    const first = await opera.accrue(ids.membershipId, { reference: '42' });
    const second = await opera.accrue(ids.membershipId, { reference: '42' });
    expect(second.status).toBe(201);
    expect(second.headers.get('location')).not.toBe(first.headers.get('location'));
    const { postings, totals } = await sandbox.books('test-hotels');
    expect(postings.map((row) => row.reference)).toEqual(['42', '42']);
    expect(totals).toEqual({ count: 2, points: 240 });
  });

  it('takes points back as an adjustment', async () => {
    await opera.accrue(ids.membershipId, { reference: '1' });
    const awardPoints = { basePoints: -50, totalPoints: -50 };
    expect((await opera.accrue(ids.membershipId, { reference: '2', adjustment: true, awardPoints })).status).toBe(201);
    expect((await sandbox.books('test-hotels')).postings.at(-1)).toMatchObject({ points: -50, kind: 'reversal' });
  });

  it.each([
    [{ awardPoints: { totalPoints: -50 } }],
    [{ awardPoints: { basePoints: 1, totalPoints: 2 } }],
    [{ awardPoints: {} }],
    [{ awardPoints: { totalPoints: '120' } }],
    [{ reference: '123456789012345678901' }],
    [{ transactionDate: '2026-02-30' }],
    [{ transactionType: undefined }],
    [{ membershipCardNo: 'TT000000000' }],
  ])('refuses %j with 400', async (details) => {
    const answer = await opera.accrue(ids.membershipId, { reference: '1', ...details });
    expect(answer).toMatchObject({ status: 400, json: { title: 'Bad Request' } });
    expect((await sandbox.books('test-hotels')).totals.count).toBe(0);
  });

  it('answers 404 for a membership it does not have', async () => {
    expect((await opera.accrue('1', { reference: '1' })).status).toBe(404);
  });
});

describe('getProfileMembershipStatistics', () => {
  it('sees a transaction three seconds after its commit, not before', async () => {
    await opera.accrue(ids.membershipId, { reference: '42' });
    now += 2_999;
    expect((await statistics({ reference: '42' })).status).toBe(204);
    now += 1;
    const answer = await statistics({ reference: '42' });
    expect(transactions(answer)).toMatchObject([
      {
        id: expect.any(String),
        awardPoints: 120,
        transactionInfo: {
          reference: '42',
          hotelId: 'TEST1',
          transactionType: 'ST',
          transactionDate: '2026-03-10',
          membershipCardNo: member.memberNumber,
        },
      },
    ]);
  });

  it('filters by reference, dates and hotel, and says 204 when nothing is left', async () => {
    await opera.accrue(ids.membershipId, { reference: '1' });
    await opera.accrue(ids.membershipId, { reference: '2', transactionDate: '2026-01-31', hotelId: 'OTHER' });
    now += 3_000;
    const found = async (query: Record<string, string>): Promise<readonly unknown[]> => {
      const answer = await statistics(query);
      return answer.status === 204
        ? []
        : transactions(answer).map((row) => (row['transactionInfo'] as { reference: string }).reference);
    };
    expect(await found({})).toEqual(['1', '2']);
    expect(await found({ reference: '2' })).toEqual(['2']);
    expect(await found({ startDate: '2026-03-01', endDate: '2026-03-31' })).toEqual(['1']);
    expect(await found({ transactionDate: '2026-01-31' })).toEqual(['2']);
    expect(await found({ hotelId: 'OTHER' })).toEqual(['2']);
    expect(await found({ reference: '3' })).toEqual([]);
    expect(await found({ profileId: '1' })).toEqual([]);
  });

  it('counts its pages from 1, the default of the contract', async () => {
    for (let i = 1; i <= 23; i += 1) await opera.accrue(ids.membershipId, { reference: String(i) });
    now += 3_000;
    const first = await statistics();
    expect(first.json).toMatchObject({
      offset: 1,
      limit: 20,
      count: 20,
      totalResults: 23,
      totalPages: 2,
      hasMore: true,
    });
    const second = await statistics({ offset: '21' });
    expect(second.json).toMatchObject({ offset: 21, count: 3, hasMore: false });
    const all = [...transactions(first), ...transactions(second)].map((row) => row['id']);
    expect(new Set(all).size).toBe(23);
  });

  it('leaves the transactions out unless asked for detail', async () => {
    await opera.accrue(ids.membershipId, { reference: '1' });
    now += 3_000;
    const { json } = await statistics({ transactionDetail: 'false' });
    expect(json['membershipStatistics']).toMatchObject({ statisticsSummary: { awardPoints: 120 } });
    expect(json['membershipStatistics']).not.toHaveProperty('transactions');
  });

  it.each([
    [{ startDate: '2026-01-01', endDate: '2026-04-02' }, 400],
    [{ startDate: '2026-01-02', endDate: '2026-04-02' }, 204],
    [{ startDate: '2026-04-02', endDate: '2026-01-02' }, 400],
    [{ startDate: 'yesterday' }, 400],
    [{ membershipCardNo: '' }, 400],
  ])('answers %j with %i', async (query, status) => {
    expect((await statistics(query)).status).toBe(status);
  });

  it("shows the supplier's own activity, without a reference", async () => {
    const body = { memberNumber: member.memberNumber, points: 700, activity: {} };
    await sandbox.control('POST', '/test-hotels/activity', body);
    now += 3_000;
    const [own] = transactions(await statistics());
    expect(own).toMatchObject({ awardPoints: 700 });
    expect(own?.['transactionInfo']).not.toHaveProperty('reference');
  });

  it('echoes another transaction under the fault wrongEcho', async () => {
    await opera.accrue(ids.membershipId, { reference: '42' });
    now += 3_000;
    await sandbox.faults('test-hotels', { rates: { wrongEcho: 1 } });
    const [row] = transactions(await statistics({ reference: '42' }));
    const info = row?.['transactionInfo'] as { reference: string };
    expect([info.reference, row?.['awardPoints']]).not.toEqual(['42', 120]);
  });
});
