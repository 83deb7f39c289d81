import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SandboxMember } from '../support/gateway.js';
import { type Answered, type Door, openDoor, SCHEMES, type SchemeId } from './door.js';
import { during, linkBody, linked, memberOf, membersOf } from './requests.js';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const linksOf = async (travellerRef: string): Promise<unknown> =>
  (await door.ask('GET', `/v1/links?travellerRef=${travellerRef}`)).json['items'];
const post = (body: unknown, ask: object = {}): Promise<Answered> => door.ask('POST', '/v1/links', { ...ask, body });
/** Another member's number of the right form, unknown to the scheme. */
const UNKNOWN: Record<SchemeId, string> = {
  'northwind-air': '7000000005',
  'harbour-hotels': 'HH000000000',
  'china-railway': 'CR0000000000',
  'phoenix-miles': 'CA000000000000',
};

describe.each(SCHEMES)('at %s', (scheme) => {
  it('a verified number is a link, its number masked and nothing of the supplier in it', async () => {
    const member = await memberOf(door, scheme);
    const answer = await post({ ...linkBody(scheme, member, `made-${scheme}`), clientReference: 'hr-1' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/links/${String(answer.json['id'])}`);
    expect(answer.json).toMatchObject({
      scheme,
      state: 'active',
      reason: null,
      verification: 'supplier',
      tier: expect.any(String),
      clientReference: 'hr-1',
      mergedInto: null,
    });
    const shown = String(answer.json['memberNumber']);
    expect(shown).toMatch(/^\*{4}[A-Z0-9]{1,4}$/);
    expect(member.memberNumber.endsWith(shown.slice(4))).toBe(true);
    for (const secret of [member.memberNumber, ...Object.values(member.form)])
      expect(answer.text).not.toContain(secret);
    expect((await door.ask('GET', `/v1/links/${String(answer.json['id'])}`)).text).toBe(answer.text);
  });

  it('a number that is not the holder’s, or nobody’s, is refused with its reason and leaves nothing', async () => {
    const member = await memberOf(door, scheme);
    const stranger = { familyName: scheme === 'china-railway' ? '诸葛' : 'Nobody', givenName: 'Else' };
    const wrongName = { ...linkBody(scheme, member, `refused-${scheme}`), holder: stranger };
    const unknown = { ...linkBody(scheme, member, `refused-${scheme}`), memberNumber: UNKNOWN[scheme] };
    const answers = [await post(wrongName), await post(unknown)];
    // The airline's contract has one message for both: number and name identify a member only together.
    const nameReason = scheme === 'northwind-air' ? 'member-not-found' : 'name-mismatch';
    expect(answers.map(({ status, json }) => [status, json['code'], json['reason']])).toEqual([
      [422, 'LINK_REFUSED', nameReason],
      [422, 'LINK_REFUSED', 'member-not-found'],
    ]);
    expect(await linksOf(`refused-${scheme}`)).toEqual([]);
    expect(await door.sql('SELECT 1 FROM subject WHERE traveller_ref = $1', [`refused-${scheme}`])).toEqual([]);
    expect((await door.ask('GET', `/v1/travellers/refused-${scheme}`)).status).toBe(404);
  });

  it('the same traveller with the same number, however it is written, has the link already', async () => {
    const { link, member } = await linked(door, scheme, `again-${scheme}`);
    const written = ` ${member.memberNumber.toLowerCase().replaceAll(/(.{4})/g, '$1 ')}-`;
    const again = await post({ ...linkBody(scheme, member, `again-${scheme}`), memberNumber: written });
    expect([again.status, again.json]).toEqual([200, link]);
    expect(again.headers.get('location')).toBe(`/v1/links/${link.id}`);
  });

  it('for another traveller the number is taken; for another tenant it is free', async () => {
    const { link, member } = await linked(door, scheme, `first-${scheme}`);
    const taken = await post(linkBody(scheme, member, `second-${scheme}`));
    expect([taken.status, taken.json['code']]).toEqual([409, 'NUMBER_IN_USE']);
    expect(taken.text).not.toMatch(new RegExp(`${link.id}|first-|${member.memberNumber}`));
    const theirs = await post(linkBody(scheme, member, `second-${scheme}`), { key: door.bench.keys.otherPlatformKey });
    expect(theirs.status).toBe(201);
    expect(theirs.json['id']).not.toBe(link.id);
    expect(await linksOf(`second-${scheme}`)).toEqual([]);
  });
});

describe('what can be judged here', () => {
  const wrong: readonly (readonly [string, SchemeId, (member: SandboxMember) => object, string])[] = [
    ['a number of another form', 'harbour-hotels', () => ({ memberNumber: 'HH12' }), '/memberNumber'],
    ['a number with letters', 'northwind-air', () => ({ memberNumber: '70ABCDEFGH' }), '/memberNumber'],
    [
      'a mistyped digit',
      'northwind-air',
      ({ memberNumber }) => ({ memberNumber: `${memberNumber.slice(0, 9)}${(Number(memberNumber[9]) + 1) % 10}` }),
      '/memberNumber',
    ],
    ['a form without its field', 'china-railway', () => ({ form: {} }), '/form/idLast4'],
    ['a form with a field too many', 'harbour-hotels', () => ({ form: { pin: '1234' } }), '/form/pin'],
    ['a form with a wrong value', 'phoenix-miles', () => ({ form: { idLast4: '12' } }), '/form/idLast4'],
  ];

  it.each(wrong)('%s is refused without any call to the supplier', async (_what, scheme, flaw, pointer) => {
    const member = await memberOf(door, scheme);
    const body = { ...linkBody(scheme, member, 'local'), ...flaw(member) };
    // A supplier that was asked would be found wanting, and the answer be 202.
    const answer = await during(door, scheme, 'dropBeforeCommit', () =>
      post(body, { idempotencyKey: `local-${pointer}` }),
    );
    expect([answer.status, answer.json['code'], answer.json['errors']]).toEqual([
      422,
      'INVALID',
      [{ pointer, message: expect.any(String) }],
    ]);
    expect(answer.text).not.toContain(body.memberNumber);
    expect(await linksOf('local')).toEqual([]);
  });

  it('a scheme that is not there is unknown', async () => {
    const member = await memberOf(door, 'northwind-air');
    const answer = await post({ ...linkBody('northwind-air', member, 'nowhere'), scheme: 'southwind-air' });
    expect([answer.status, answer.json['code']]).toEqual([422, 'SCHEME_UNKNOWN']);
  });
});

describe('the Idempotency-Key', () => {
  it('replays the first answer byte for byte, and no other body goes under it', async () => {
    const member = await memberOf(door, 'northwind-air');
    const body = linkBody('northwind-air', member, 'replayed');
    const [first, second] = [await post(body, { idempotencyKey: 'k1' }), await post(body, { idempotencyKey: 'k1' })];
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect([first, second].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([undefined, 'true']);
    const other = await post({ ...body, clientReference: 'other' }, { idempotencyKey: 'k1' });
    expect([other.status, other.json['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('is free again after a refusal, also for a corrected body', async () => {
    const member = await memberOf(door, 'harbour-hotels');
    const body = linkBody('harbour-hotels', member, 'corrected');
    const wrong = { ...body, holder: { familyName: 'Nobody', givenName: 'Else' } };
    expect((await post(wrong, { idempotencyKey: 'k2' })).status).toBe(422);
    expect((await post(wrong, { idempotencyKey: 'k2' })).headers.has('idempotency-replayed')).toBe(false);
    expect((await post(body, { idempotencyKey: 'k2' })).status).toBe(201);
  });

  it('of one tenant is nothing to another', async () => {
    const member = await memberOf(door, 'harbour-hotels');
    const body = linkBody('harbour-hotels', member, 'shared-key');
    const ours = await post(body, { idempotencyKey: 'k3' });
    const theirs = await post(body, { idempotencyKey: 'k3', key: door.bench.keys.otherPlatformKey });
    expect([ours.status, theirs.status, theirs.headers.has('idempotency-replayed')]).toEqual([201, 201, false]);
    expect(theirs.json['id']).not.toBe(ours.json['id']);
  });
});

describe('at once', () => {
  const times = (count: number): number[] => Array.from({ length: count }, (_none, index) => index);

  it('50 times one request at once is one link, and everybody else is told to come back or told of it', async () => {
    const body = linkBody('northwind-air', await memberOf(door, 'northwind-air'), 'fifty');
    const answers = await Promise.all(times(50).map(() => post(body, { idempotencyKey: 'fifty' })));
    const made = answers.filter(({ status, headers }) => status === 201 && !headers.has('idempotency-replayed'));
    expect(made).toHaveLength(1);
    for (const { status, text, headers, json } of answers) {
      if (status === 201) expect(text).toBe(made[0]?.text);
      else expect([status, json['code'], headers.get('retry-after')]).toEqual([409, 'IDEMPOTENCY_IN_PROGRESS', '1']);
    }
    expect(await linksOf('fifty')).toHaveLength(1);
    expect((await post(body, { idempotencyKey: 'fifty' })).text).toBe(made[0]?.text);
  });

  it('20 requests of one traveller for one number are one link, whichever key they carry', async () => {
    const body = linkBody('china-railway', await memberOf(door, 'china-railway'), 'twenty');
    const answers = await Promise.all(times(20).map((index) => post(body, { idempotencyKey: `twenty-${index}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...times(19).map(() => 200), 201]);
    expect(new Set(answers.map(({ json }) => json['id'])).size).toBe(1);
    expect(await linksOf('twenty')).toHaveLength(1);
    const replays = await Promise.all(times(20).map((index) => post(body, { idempotencyKey: `twenty-${index}` })));
    expect(replays.map(({ status, text }) => [status, text])).toEqual(
      answers.map(({ status, text }) => [status, text]),
    );
  });

  it('of 20 travellers who claim one number at once one has it', async () => {
    const member = await memberOf(door, 'harbour-hotels');
    const answers = await Promise.all(
      times(20).map((index) => post(linkBody('harbour-hotels', member, `claim-${index}`))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...times(19).map(() => 409)]);
    const subjects = await door.sql("SELECT 1 FROM subject WHERE traveller_ref LIKE 'claim-%'");
    expect(subjects).toHaveLength(1);
  });

  it('two first links of one traveller share one data key, and both can be read', async () => {
    for (const round of times(5)) {
      const travellerRef = `first-${round}`;
      const [air, hotel] = [await memberOf(door, 'northwind-air'), await memberOf(door, 'harbour-hotels')];
      const answers = await Promise.all([
        post(linkBody('northwind-air', air, travellerRef)),
        post(linkBody('harbour-hotels', hotel, travellerRef)),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      const keys = await door.sql(
        `SELECT 1 FROM data_key k JOIN subject s ON (s.tenant_id, s.id) = (k.tenant_id, k.subject_id)
         WHERE s.traveller_ref = $1`,
        [travellerRef],
      );
      expect(keys).toHaveLength(1);
      const read = await door.ask('GET', `/v1/travellers/${travellerRef}?for=booking`);
      const numbers = (read.json['links'] as { memberNumber: string }[]).map(({ memberNumber }) => memberNumber);
      expect(numbers.sort()).toEqual([air.memberNumber, hotel.memberNumber].sort());
    }
  });

  it('100 links of 100 travellers at once are 100 links', async () => {
    const members = await membersOf(door, 'phoenix-miles', 100);
    const answers = await Promise.all(
      members.map((member, index) => post(linkBody('phoenix-miles', member, `many-${index}`))),
    );
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(await door.sql("SELECT 1 FROM link WHERE traveller_ref LIKE 'many-%'")).toHaveLength(100);
    expect(door.bench.errors).toEqual([]);
  });
});
