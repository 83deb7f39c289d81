import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type Answered, type Door, openDoor, type SchemeId } from './door.js';
import { accrue, during, type Link, linkBody, memberOf } from './requests.js';

/** What was answered while the suppliers were away; one spell of that serves all tests here. */
interface Away {
  readonly hung: Answered;
  readonly waited: Answered;
  readonly later: Answered;
  readonly patient: Answered;
  /** What could be asked of the link `later` meanwhile. */
  readonly account: Answered;
  readonly accrual: Answered;
}

let door: Door;
let away: Away;
beforeAll(async () => {
  door = await openDoor();
  away = await suppliersAway();
}, 60_000);
afterAll(() => door.close());

const post = (body: unknown, ask: object = {}): Promise<Answered> => door.ask('POST', '/v1/links', { ...ask, body });
const bodyOf = async (scheme: SchemeId, travellerRef: string) =>
  linkBody(scheme, await memberOf(door, scheme), travellerRef);
const accountOf = ({ json }: Answered): Promise<Answered> => door.ask('GET', `/v1/links/${String(json['id'])}/account`);
const noLongerPending = ({ json }: Answered): Promise<Answered['json']> =>
  eventually(
    async () => (await door.ask('GET', `/v1/links/${String(json['id'])}`)).json,
    ({ state }) => state !== 'pending',
  );

async function suppliersAway(): Promise<Away> {
  const misnamed = { ...(await bodyOf('china-railway', 'later')), holder: { familyName: 'Nobody', givenName: 'Else' } };
  const [hangs, waits, patience] = [
    await bodyOf('northwind-air', 'hung'),
    await bodyOf('china-railway', 'waited'),
    await bodyOf('phoenix-miles', 'patient'),
  ];
  const begun = await during(door, 'northwind-air', 'hang', () =>
    during(door, 'china-railway', 'dropBeforeCommit', () =>
      during(door, 'phoenix-miles', 'dropBeforeCommit', async () => {
        const hung = post(hangs, { idempotencyKey: 'hung' });
        const waited = post(waits, { headers: { prefer: 'wait=30' } });
        const [later, patient] = await Promise.all([post(misnamed), post(patience)]);
        const [account, accrual] = await Promise.all([accountOf(later), accrue(door, later.json as unknown as Link)]);
        await eventually(triedInVain, (rows) => rows.length === 1);
        return { waited, later, patient, account, accrual, hung: await hung };
      }),
    ),
  );
  return { ...begun, waited: await begun.waited };
}

/** The patient link once it was tried again, put off, and is not due. */
function triedInVain(): Promise<object[]> {
  return door.sql(
    `SELECT id FROM link WHERE traveller_ref = 'patient' AND state = 'pending' AND updated_at > created_at
       AND next_action_at > updated_at`,
  );
}

it('a supplier that hangs leaves the link pending, and it is verified once the supplier is back', async () => {
  const { hung } = away;
  expect([hung.status, hung.json['state'], hung.json['tier']]).toEqual([202, 'pending', null]);
  expect(hung.headers.get('location')).toBe(`/v1/links/${String(hung.json['id'])}`);
  expect(await noLongerPending(hung)).toMatchObject({ state: 'active', reason: null, tier: expect.any(String) });
});

it('one who prefers to wait is told of the verified link', () => {
  const { status, json, headers } = away.waited;
  expect([status, json['state'], headers.get('preference-applied')]).toEqual([201, 'active', 'wait=30']);
});

it('what is stored for the key is the 202; news is read at the link', async () => {
  const [stored] = await door.sql<{ status: number; body: string }>(
    "SELECT status, body FROM idempotency_key WHERE key = 'hung'",
  );
  expect(stored).toEqual({ status: 202, body: away.hung.text });
});

it('a link that waits goes on waiting while the supplier is away', async () => {
  expect([away.patient.status, away.patient.json['state']]).toEqual([202, 'pending']);
  expect(await noLongerPending(away.patient)).toMatchObject({ state: 'active', reason: null });
});

it('what proves who the holder is is forgotten once it has proved it', async () => {
  await noLongerPending(away.patient);
  expect(await door.sql("SELECT form FROM link WHERE traveller_ref = 'patient'")).toEqual([{ form: null }]);
});

describe('a holder whom the supplier refuses later', () => {
  it('has a link that can do nothing while it is pending', () => {
    const { later, account, accrual } = away;
    expect(later.status).toBe(202);
    for (const { status, json } of [account, accrual]) {
      expect([status, json['code'], json['linkId']]).toEqual([409, 'LINK_NOT_ACTIVE', later.json['id']]);
    }
  });

  it('has to link anew, and is told why', async () => {
    expect(await noLongerPending(away.later)).toMatchObject({
      state: 'relink-needed',
      reason: 'name-mismatch',
      tier: null,
    });
    const told = await door.ask('GET', `/v1/links/${String(away.later.json['id'])}/timeline`);
    expect(told.json['items']).toMatchObject([
      { type: 'link.relink-needed', from: 'pending' },
      { type: 'link.pending' },
    ]);
  });

  it('learns nothing of the member whose number it is', async () => {
    await noLongerPending(away.later);
    const account = await accountOf(away.later);
    expect([account.status, account.json['code']]).toEqual([409, 'LINK_NOT_ACTIVE']);
    expect((await door.ask('GET', '/v1/travellers/later')).json['links']).toMatchObject([{ account: null }]);
    const accrual = await accrue(door, away.later.json as unknown as Link);
    expect([accrual.status, accrual.json['code']]).toEqual([409, 'LINK_NOT_ACTIVE']);
  });
});
