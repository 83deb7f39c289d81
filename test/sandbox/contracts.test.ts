import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CnClient, cnClient } from './cn-client.js';
import { type Contract, ownContract, realContract } from './contract.js';
import { lcpClient, posting } from './lcp-client.js';
import { askForToken, operaClient } from './opera-client.js';
import { exchanges, newReference, NOON, type Running, run, type TestMember } from './running.js';

let now = NOON;
let sandbox: Running;
beforeAll(async () => {
  sandbox = await run({ clock: () => now });
  await speakLcp();
  await speakOpera();
  await speakCn('test-rail');
  await speakCn('test-miles');
});
afterAll(() => sandbox.stop());

async function speakLcp(): Promise<void> {
  const lcp = lcpClient(sandbox);
  const member = await sandbox.member('test-airline');
  const mv = { memberId: member.memberNumber, firstName: member.givenName, lastName: member.familyName };
  await lcp.send('/MemberValidation', mv);
  await lcp.send('/MemberValidation', { ...mv, lastName: 'Nobody' });
  const { json } = await lcp.post(member, 150);
  const failed = await lcp.post(member, 93);
  const undecided = await lcp.post(member, 92);
  await lcp.send('/Posting', posting(member, 150), { headers: {} });
  for (const answer of [failed, undecided]) {
    await lcp.send('/RetryTransaction', { transactionId: answer.json['transactionId'] });
  }
  await lcp.send('/Reversal', { transactionId: json['transactionId'], amount: -100 });
  await lcp.send('/Reversal', { transactionId: json['transactionId'], amount: -100 });
  await lcp.send('/Reversal', { transactionId: 'unheard-of', amount: -100 });
}

async function speakOpera(): Promise<void> {
  await askForToken(sandbox, { client: 'us:wrong' });
  const opera = await operaClient(sandbox);
  const member = await sandbox.member('test-hotels');
  const { profileId, membershipId } = await opera.idsOf(member.memberNumber);
  await opera.get('/membershipsCard/none/membershipType/TT/transactions');
  await opera.accrue(membershipId, {
    reference: newReference(),
    reservationIdList: [{ id: 'C1', type: 'Confirmation' }],
  });
  await opera.accrue(membershipId, { reference: newReference(), adjustment: true, awardPoints: { totalPoints: -5 } });
  await opera.accrue(membershipId, { awardPoints: {} });
  await opera.accrue('none', {});
  now += 3_000;
  const query = `profileId=${profileId}&membershipCardNo=${member.memberNumber}&membershipType=TT`;
  await opera.get(`/profileMembershipStatistics?${query}&transactionDetail=true`);
  await opera.get(`/profileMembershipStatistics?${query}&transactionDetail=true&reference=none`);
  await opera.get(`/profileMembershipStatistics?membershipType=TT`);
  await opera.get(`/profiles/${profileId}/memberships/info?membershipType=TT&membershipId=${member.memberNumber}`);
  await opera.get('/profiles/none/memberships/info');
  await opera.get(`/profiles/${profileId}/memberships/info`, { authorization: 'Bearer none' });
  await opera.get(`/memberships/${membershipId}/pointsToExpire`);
  await opera.get('/memberships/none/pointsToExpire');
}

async function speakCn(scheme: 'test-rail' | 'test-miles'): Promise<void> {
  const cn = cnClient(sandbox, scheme, () => now);
  const member = await sandbox.member(scheme);
  const verify = { memberNo: member.memberNumber, name: member.familyName + member.givenName, ...member.form };
  await cn.send('POST', '/members/verify', verify);
  await cn.send('POST', '/members/verify', { ...verify, name: '无名氏' });
  await cn.send('POST', '/members/verify', { ...verify, memberNo: 'none' });
  const [posted, refused] = [newReference(), newReference()];
  await cn.accrue(member, 90, posted);
  await cn.accrue(member, 91, posted);
  await cn.accrue(member, 90, refused, { orderNo: 'REFUND1' });
  await cn.accrue({ ...member, memberNumber: 'none' }, 90);
  await cn.send('GET', `/accruals/${posted}`);
  await sandbox.control('POST', `/${scheme}/close-day`);
  const path = `/accruals/${posted}/reversals`;
  await cn.send('POST', path, { points: 50, reason: 'x' }, { key: newReference() });
  await cn.send('POST', path, { points: 50, reason: 'x' }, { key: newReference() });
  for (const reference of [posted, refused, newReference()]) await cn.send('GET', `/accruals/${reference}`);
  await cn.send('GET', `/members/${member.memberNumber}`);
  await cn.send('GET', `/members/none`);
  await cn.send('GET', `/members/${member.memberNumber}`, undefined, { signature: 'none' });
  const beneficiaries = [{ beneficiaryNo: '1', name: '李四', idLast4: '123X' }];
  const list = `/members/${member.memberNumber}/beneficiaries`;
  await cn.send('PUT', list, { beneficiaries }, { key: newReference() });
  await cn.send('GET', list);
  await speakRedemptions(cn, member);
  for (const day of ['20260310', '20991231']) await cn.send('GET', `/settlements/${day}.csv.gz`);
}

async function speakRedemptions(cn: CnClient, member: TestMember): Promise<void> {
  const [confirmed, released, poor] = [newReference(), newReference(), newReference()];
  const own = { memberNumber: member.memberNumber, points: 20_000, activity: {} };
  await sandbox.control('POST', `/${cn.scheme}/activity`, own);
  for (const reference of [confirmed, released]) await cn.hold(member, 500, reference);
  await cn.hold(member, 500, confirmed, { points: 501 });
  await cn.hold(member, 500_000, poor);
  await cn.hold({ ...member, memberNumber: 'none' }, 500);
  await cn.step('release', released);
  await cn.step('release', poor);
  await cn.step('confirm', confirmed);
  await cn.step('confirm', released);
  await cn.step('confirm', poor);
  await cn.step('release', confirmed);
  for (const reference of [confirmed, released, poor]) await cn.send('GET', `/redemptions/${reference}`);
}

/** Which answers of a scheme a contract knows, and what is wrong with them. */
function hold(contract: Contract, schemes: readonly string[]): { seen: Set<string>; complaints: string[] } {
  const seen = new Set<string>();
  const complaints: string[] = [];
  for (const { method, url, answer } of exchanges) {
    const [, scheme = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(new URL(url).pathname) ?? [];
    const operation = schemes.includes(scheme) ? contract.operation(method, path) : null;
    if (operation === null) continue;
    seen.add(`${operation} ${answer.status}`);
    complaints.push(...contract.complaints(operation, answer.status, answer.text));
  }
  return { seen, complaints };
}

describe('points-lcp', () => {
  it.each([ownContract('points-lcp'), ...realContract('points-lcp/points-lp-api.openapi.yaml')])(
    'answers as $name says',
    (contract) => {
      const { seen, complaints } = hold(contract, ['test-airline']);
      expect(complaints).toEqual([]);
      const posts = [
        '/MemberValidation 200',
        '/Posting 200',
        '/Posting 401',
        '/RetryTransaction 200',
        '/Reversal 200',
        '/Reversal 400',
      ];
      expect([...seen].toSorted()).toEqual(posts.map((each) => `POST ${each}`));
    },
  );
});

describe('opera-cloud', () => {
  const CARD = 'GET /membershipsCard/{membershipCardNo}/membershipType/{membershipCardType}/transactions';
  const ALL = [
    'GET /memberships/{membershipId}/pointsToExpire 200',
    'GET /memberships/{membershipId}/pointsToExpire 204',
    `${CARD} 200`,
    `${CARD} 204`,
    'GET /profileMembershipStatistics 200',
    'GET /profileMembershipStatistics 204',
    'GET /profileMembershipStatistics 400',
    'GET /profiles/{profileId}/memberships/info 200',
    'GET /profiles/{profileId}/memberships/info 204',
    'GET /profiles/{profileId}/memberships/info 401',
    'POST /memberships/{membershipId}/transactions 201',
    'POST /memberships/{membershipId}/transactions 400',
    'POST /memberships/{membershipId}/transactions 404',
  ];
  const TOKENS = ['POST /tokens 200', 'POST /tokens 401'];

  it('answers as the own contract says', () => {
    const { seen, complaints } = hold(ownContract('opera-cloud'), ['test-hotels']);
    expect(complaints).toEqual([]);
    const plain = [...seen].map((each) => each.replace('/crm/v1', '').replace('/oauth/v1', ''));
    expect(plain.toSorted()).toEqual([...ALL, ...TOKENS].toSorted());
  });

  it.each([
    ...realContract('opera-cloud/crm-loyalty-subset.derived.json', '/crm/v1').map((contract) => ({
      contract,
      all: ALL,
    })),
    ...realContract('opera-cloud/oauth.json', '/oauth/v1').map((contract) => ({ contract, all: TOKENS })),
    // Keeps the table filled where the supplier's own documents are absent.
    { contract: ownContract('opera-cloud'), all: [] },
  ])('answers as $contract.name says', ({ contract, all }) => {
    const { seen, complaints } = hold(contract, ['test-hotels']);
    expect(complaints).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining(all));
  });
});

describe('cn-partner', () => {
  const contract = ownContract('cn-partner', '/partner/v1');
  it.each([
    ['test-rail', 'POST /accruals 201', 'POST /accruals 422'],
    ['test-miles', 'POST /accruals 202', 'GET /accruals/{reference} 200'],
  ])('%s answers as the contract says', (scheme, ...more) => {
    const { seen, complaints } = hold(contract, [scheme]);
    expect(complaints).toEqual([]);
    const both = [
      'GET /accruals/{reference} 404',
      'GET /members/{memberNo} 200',
      'GET /members/{memberNo} 401',
      'GET /members/{memberNo} 404',
      'GET /members/{memberNo}/beneficiaries 200',
      'GET /redemptions/{reference} 200',
      'GET /redemptions/{reference} 404',
      'GET /settlements/{day}.csv.gz 200',
      'GET /settlements/{day}.csv.gz 404',
      'POST /accruals 404',
      'POST /accruals 409',
      'POST /accruals/{reference}/reversals 201',
      'POST /accruals/{reference}/reversals 422',
      'POST /members/verify 200',
      'POST /members/verify 404',
      'POST /members/verify 422',
      'POST /redemptions 201',
      'POST /redemptions 404',
      'POST /redemptions 409',
      'POST /redemptions 422',
      'POST /redemptions/{reference}/confirm 200',
      'POST /redemptions/{reference}/confirm 404',
      'POST /redemptions/{reference}/confirm 409',
      'POST /redemptions/{reference}/release 200',
      'POST /redemptions/{reference}/release 404',
      'POST /redemptions/{reference}/release 409',
      'PUT /members/{memberNo}/beneficiaries 200',
    ];
    expect([...seen]).toEqual(expect.arrayContaining([...both, ...more]));
  });
});
