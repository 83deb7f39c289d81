import { expect } from '@jest/globals';
import type { SandboxMember } from '../support/gateway.js';
import { rewardFor } from '../support/travellers.js';
import type { Answered, SchemeId } from './door.js';
import { accrue, during, inState, type Link, linkBody, membersOf, operationIn } from './requests.js';
import { push } from './supplier-push.js';
import { actOn, breaksOf, closeDay, MISCHIEF, openDate, plant, RECONCILIATIONS } from './support-desk.js';
import { reconciled, resynced, RESYNCS } from './support-desk.js';
import type { WatchedGateway } from './watched-gateway.js';

const ACTS = {
  'look-up': { action: 'look-up', reason: 'canary' },
  assign: { action: 'assign', reason: 'canary', owner: 'ops-7' },
  resolve: { action: 'resolve', reason: 'canary' },
};

/** Everything that a gateway does over one scheme, with a member number wherever one can come in; gives the numbers. */
export async function throughEverything(gateway: WatchedGateway, scheme: SchemeId): Promise<string[]> {
  const [member, other] = await membersOf(gateway, scheme, 2);
  if (member === undefined || other === undefined) throw new Error('the sandbox made too few members');
  const link = await linking(gateway, scheme, member, other);
  const wait = { headers: { prefer: 'wait=10' } };
  const accrual = operationIn(await accrue(gateway, link, {}, wait));
  await reading(gateway, link, member);
  await gateway.ask('POST', `/v1/accruals/${accrual.id}/reversal`, {
    ...wait,
    body: { points: 1, reason: 'canary' },
  });
  await during(gateway, scheme, 'commitThenDrop', async () => {
    await inState(gateway, operationIn(await accrue(gateway, link)).id, 'unknown');
    // While wake-ups wait in the queue.
    await gateway.noteTables();
  });
  await during(gateway, scheme, 'garbage', () => accrue(gateway, link, {}, { headers: { prefer: 'wait=1' } }));
  if (scheme === 'phoenix-miles') await pushing(gateway, accrual.reference, member);
  await spending(gateway, link);
  await settling(gateway, link, other);
  await misnaming(gateway, member);
  return [member.memberNumber, other.memberNumber];
}

/** Made, made again, taken, not the holder's, mistyped. */
async function linking(
  gateway: WatchedGateway,
  scheme: SchemeId,
  member: SandboxMember,
  other: SandboxMember,
): Promise<Link> {
  const body = linkBody(scheme, member, `canary-${scheme}`);
  const post = (more: object): Promise<Answered> => gateway.ask('POST', '/v1/links', { body: { ...body, ...more } });
  const made = await post({});
  const holder = { familyName: 'Nobody', givenName: 'Else' };
  const told = [
    made,
    await post({}),
    await post({ travellerRef: 'x' }),
    await post({ ...linkBody(scheme, other, 'x'), holder }),
  ];
  expect(told.map(({ status }) => status)).toEqual([201, 200, 409, 422]);
  for (const memberNumber of [`${member.memberNumber}0`, `X${member.memberNumber}`, `${member.memberNumber}\n`]) {
    await post({ memberNumber, travellerRef: 'mistyped' });
  }
  return made.json as unknown as Link;
}

async function reading(gateway: WatchedGateway, link: Link, { memberNumber }: SandboxMember): Promise<void> {
  const below = ['', '/account?maxAge=0', '/statement', '/timeline'].map((path) => `/v1/links/${link.id}${path}`);
  const odd = [`/v1/links/${memberNumber}`, `/v1/travellers/${memberNumber}`, `/v1/links?cursor=${memberNumber}`];
  for (const path of [...below, '/v1/links', '/v1/operations', `/v1/travellers/${link.travellerRef}`, ...odd]) {
    await gateway.ask('GET', path);
  }
}

/** Contradicting its operation, about nothing known, forged, and of no operation. */
async function pushing(gateway: WatchedGateway, reference: string, { memberNumber }: SandboxMember): Promise<void> {
  const told = { type: 'accrual.posted', reference, supplierReference: 'CN1', memberNo: memberNumber, points: 7 };
  await push(gateway, 'phoenix-miles', { eventId: 'canary-1', ...told });
  await push(gateway, 'phoenix-miles', { eventId: 'canary-2', ...told, reference: '19000000000000000009' });
  await push(gateway, 'phoenix-miles', { eventId: 'canary-3', ...told }, { key: 'another key altogether' });
  await push(gateway, 'phoenix-miles', { eventId: 'canary-4', type: 'member.changed', memberNo: memberNumber });
}

/** Spent, let go, lost on the way and given back, as far as the scheme sells anything. */
async function spending(gateway: WatchedGateway, link: Link): Promise<void> {
  const scheme = link.scheme as SchemeId;
  const wait = { headers: { prefer: 'wait=10' } };
  await accrue(gateway, link, { points: 20_000 }, wait);
  const redeem = async (): Promise<string> => {
    const quote = { linkId: link.id, reward: rewardFor(scheme), points: 1_000 };
    const quoteId = (await gateway.ask('POST', '/v1/quotes', { body: quote })).json['id'];
    return String((await gateway.ask('POST', '/v1/redemptions', { ...wait, body: { quoteId } })).json['id']);
  };
  const act = (id: string, what: string, body: object = {}): Promise<Answered> =>
    gateway.ask('POST', `/v1/redemptions/${id}/${what}`, { ...wait, body });
  const confirmed = await redeem();
  await act(confirmed, 'confirm');
  await act(confirmed, 'refund', { reason: 'canary' });
  await act(await redeem(), 'release');
  const held = await redeem();
  await during(gateway, scheme, 'commitThenDrop', async () => {
    const { status } = await gateway.ask('POST', `/v1/redemptions/${held}/confirm`, { body: {} });
    if (status === 202) await inState(gateway, held, 'unknown');
  });
}

/** A day in which both sides agree in nothing: not believed, believed, disputed, looked at again, signed off. */
async function settling(gateway: WatchedGateway, link: Link, stranger: SandboxMember): Promise<void> {
  const scheme = link.scheme as SchemeId;
  const privately = { memberNumber: stranger.memberNumber, points: 70, activity: { type: 'other' } };
  await gateway.sandbox.post(`${scheme}/activity`, privately);
  const businessDate = await openDate(gateway, scheme);
  await closeDay(gateway, scheme);
  for (const kind of MISCHIEF) await plant(gateway, scheme, kind, businessDate);
  const wrong = await during(gateway, scheme, 'wrongEcho', () => reconciled(gateway, scheme, businessDate, {}));
  const run = await reconciled(gateway, scheme, businessDate, {});
  expect([wrong.state, run.state, run.openBreaks > 0]).toEqual(['quarantined', 'completed', true]);
  for (const { id, actions } of await breaksOf(gateway, run.id, { headers: { 'accept-language': 'zh' } })) {
    for (const action of actions) await actOn(gateway, id, ACTS[action], {});
  }
  await gateway.ask('POST', `${RECONCILIATIONS}/${run.id}/sign-off`, { body: { reason: 'canary' } });
  for (const dryRun of [true, false]) await resynced(gateway, { scope: { linkId: link.id }, dryRun }, {});
}

/** The number where something else belongs. */
async function misnaming(gateway: WatchedGateway, { memberNumber }: SandboxMember): Promise<void> {
  const today = '2026-01-01';
  for (const [path, body] of [
    ['/v1/quotes', { linkId: memberNumber, reward: rewardFor('northwind-air'), points: 1 }],
    ['/v1/redemptions', { quoteId: memberNumber }],
    [`/v1/redemptions/${memberNumber}/confirm`, {}],
    [RECONCILIATIONS, { scheme: memberNumber.toLowerCase(), businessDate: today }],
    [RECONCILIATIONS, { scheme: 'china-railway', businessDate: memberNumber }],
    [`${RECONCILIATIONS}/${memberNumber}/sign-off`, { reason: 'canary' }],
    [`/v1/support/breaks/${memberNumber}/actions`, ACTS.resolve],
    [RESYNCS, { scope: { linkId: memberNumber }, reason: 'canary' }],
    [RESYNCS, { scope: { operationIds: [memberNumber] }, reason: 'canary' }],
  ] as const) {
    const { status } = await gateway.ask('POST', path, { body });
    expect([path, [404, 422].includes(status)]).toEqual([path, true]);
  }
  for (const path of [RECONCILIATIONS, RESYNCS]) await gateway.ask('GET', `${path}/${memberNumber}`);
}
