import { expect } from '@jest/globals';
import type { SandboxMember } from '../support/gateway.js';
import { CONNECTIONS, GOOD, tenantIdOf, WRONG } from './administration.js';
import type { Answered, Ask } from './door.js';
import { accrue, effects, inState, type Link, linked, type Operation, operationIn, posted } from './requests.js';
import { lost, openDate, parked, RECONCILIATIONS, RESYNCS } from './support-desk.js';
import type { WatchedGateway } from './watched-gateway.js';

const DESK = '/v1/support/operations';
const APPROVALS = '/v1/support/approvals';
const REQUEUES = '/v1/support/requeues';

/** Asks, and fails the test unless the answer has the status: an act that was not done has looked at nothing. */
type Told = (status: number, method: string, path: string, ask?: Ask) => Promise<Answered['json']>;

function toldBy(gateway: WatchedGateway): Told {
  return async (status, method, path, ask = {}) => {
    const answer = await gateway.ask(method, path, ask);
    expect([method, path, answer.status, answer.status === status ? undefined : answer.json]).toEqual([
      method,
      path,
      status,
      undefined,
    ]);
    return answer.json;
  };
}

/** Everything that support does about operations, and administration about connections, over one member; gives its number. */
export async function throughTheDesk(gateway: WatchedGateway): Promise<string[]> {
  const { link, member } = await linked(gateway, 'china-railway', 'canary-desk');
  const told = toldBy(gateway);
  const own = words(link, member);
  const absent = await lostFor(gateway, link, 'dropBeforeCommit');
  const open = await lostFor(gateway, link, 'commitThenDrop');
  await deciding(gateway, told, absent, open, own);
  await acting(gateway, told, link, own);
  await finding(told, link, member, open);
  await administering(gateway, told, own);
  await misnamed(gateway, told, member, link);
  return [member.memberNumber];
}

/** What a person writes: fit to be kept, or with the number in it, in ways that people write numbers. */
interface Words {
  readonly fit: string;
  readonly naming: readonly string[];
}

function words({ id }: Link, { memberNumber }: SandboxMember): Words {
  const spaced = memberNumber.replace(/.{4}/g, '$& ');
  return {
    fit: `canary of ${id}`,
    naming: [`Number ${memberNumber} misses points`, spaced, memberNumber.toLowerCase()],
  };
}

/** Nobody knows what became of it, and no file has said. */
async function lostFor(gateway: WatchedGateway, link: Link, fault: string): Promise<Operation> {
  const operation = await lost(gateway, link, fault);
  const absent = fault === 'dropBeforeCommit';
  await parked(gateway, operation, absent ? 'absent' : 'awaiting-file', absent ? { by: 'settlement', absent } : null);
  return operation;
}

/** What needs two: asked for, shown, declined, approved, one by one and many at once. */
async function deciding(
  gateway: WatchedGateway,
  told: Told,
  absent: Operation,
  open: Operation,
  own: Words,
): Promise<void> {
  const key = gateway.adminKey;
  const resend = (reason: string): Ask => ({ body: { action: 'resend', reason } });
  for (const reason of own.naming) await told(422, 'POST', `${DESK}/${absent.id}/actions`, resend(reason));
  const asked = await told(202, 'POST', `${DESK}/${absent.id}/actions`, resend(own.fit));
  const approval = `${APPROVALS}/${idIn(asked['approval'])}`;
  await told(403, 'POST', approval, { body: { decision: 'approve', reason: own.fit } });
  for (const reason of own.naming) await told(422, 'POST', approval, { key, body: { decision: 'decline', reason } });
  await told(200, 'GET', approval);
  await told(202, 'POST', approval, { key, body: { decision: 'decline', reason: own.fit } });

  const scope = { operationIds: [absent.id] };
  const requeue = { scope, action: 'resend', reason: own.fit };
  for (const reason of own.naming) await told(422, 'POST', REQUEUES, { body: { ...requeue, dryRun: true, reason } });
  const preview = await told(202, 'POST', REQUEUES, { body: { ...requeue, dryRun: true } });
  const run = await told(202, 'POST', REQUEUES, { body: { ...requeue, dryRun: false, previewId: preview['id'] } });
  await told(202, 'POST', `${APPROVALS}/${idIn(run['approval'])}`, {
    key,
    body: { decision: 'approve', reason: own.fit },
  });
  await told(200, 'GET', `${REQUEUES}/${String(run['id'])}`);
  await inState(gateway, absent.id, 'posted');

  const [effect] = await effects(gateway, 'china-railway', open.reference);
  const settle = (supplierReference: string): Ask => ({
    body: { action: 'settle', reason: own.fit, evidence: { outcome: 'posted', supplierReference } },
  });
  for (const wrong of own.naming) await told(422, 'POST', `${DESK}/${open.id}/actions`, settle(wrong));
  const settled = await told(202, 'POST', `${DESK}/${open.id}/actions`, settle(effect?.supplierReference ?? ''));
  const decision = { key, body: { decision: 'approve', reason: own.fit } };
  await told(202, 'POST', `${APPROVALS}/${idIn(settled['approval'])}`, decision);
  await inState(gateway, open.id, 'posted');
  await told(200, 'GET', APPROVALS);
}

/** What one person does alone, about operations and about a scheme. */
async function acting(gateway: WatchedGateway, told: Told, link: Link, own: Words): Promise<void> {
  const key = gateway.adminKey;
  const about = (id: string) => `${DESK}/${id}/actions`;
  const notBefore = new Date(Date.now() + 86_400_000).toISOString();
  const waiting = operationIn(await accrue(gateway, link, { notBefore }));
  const accrual = await posted(gateway, link);
  const lookedFor = await lost(gateway, link, 'commitThenDrop');
  for (const [id, action] of [
    [waiting.id, 'cancel'],
    [accrual.id, 'reverse'],
    [lookedFor.id, 'look-up'],
  ] as const) {
    for (const reason of own.naming) await told(422, 'POST', about(id), { body: { action, reason } });
    await told(202, 'POST', about(id), { body: { action, reason: own.fit } });
    await told(200, 'GET', `${DESK}/${id}`);
  }
  const scheme = '/v1/support/schemes/china-railway';
  const turn = (action: string, reason: string): Ask => ({ key, body: { action, reason } });
  for (const reason of own.naming) await told(422, 'POST', `${scheme}/actions`, turn('pause', reason));
  await told(200, 'POST', `${scheme}/actions`, turn('pause', own.fit));
  await told(200, 'GET', scheme);
  await told(200, 'POST', `${scheme}/actions`, turn('resume', own.fit));
  await inState(gateway, lookedFor.id, 'posted');
}

/** By everything that a traveller might say on the telephone. */
async function finding(told: Told, link: Link, { memberNumber }: SandboxMember, open: Operation): Promise<void> {
  const spellings = [memberNumber, memberNumber.toLowerCase(), memberNumber.replace(/.{4}/g, '$& ')];
  for (const query of [...spellings, link.id, link.travellerRef, open.id, open.reference, `${memberNumber}0`]) {
    const { items } = await told(200, 'POST', '/v1/support/search', { body: { query } });
    if (query === memberNumber) expect(items).toMatchObject([{ kind: 'link', id: link.id }]);
  }
  for (const query of ['', '?state=posted&order=oldest', '?scheme=china-railway&olderThan=0', '?reviewReason=absent']) {
    await told(200, 'GET', DESK + query);
  }
}

/** A connection of the other tenant's: made, tried, changed, refused, paused and resumed. */
async function administering(gateway: WatchedGateway, told: Told, own: Words): Promise<void> {
  const key = gateway.adminKey;
  const settings = { baseUrl: `${gateway.supplier.url}/northwind-air`, partner: 'interline-sandbox' };
  const made = { scheme: 'northwind-air', tenantId: tenantIdOf('other'), settings, secrets: GOOD, timing: 'fast' };
  const create = (reason: string): Ask => ({ key, body: { ...made, reason } });
  for (const reason of own.naming) await told(422, 'POST', CONNECTIONS, create(reason));
  const place = `${CONNECTIONS}/${String((await told(201, 'POST', CONNECTIONS, create(own.fit)))['id'])}`;
  await told(200, 'POST', `${place}/check`, { key });
  for (const change of [{ secrets: WRONG }, { state: 'paused' }, { state: 'live', secrets: GOOD }]) {
    for (const reason of own.naming) await told(422, 'PATCH', place, { key, body: { ...change, reason } });
    await told(200, 'PATCH', place, { key, body: { ...change, reason: own.fit } });
    await told(200, 'POST', `${place}/check`, { key });
  }
  for (const path of [place, CONNECTIONS, '/v1/support/schemes/northwind-air']) await told(200, 'GET', path, { key });
}

/** The number where an id, a scheme or a filter belongs, and in the reasons of acts about a day. */
async function misnamed(
  gateway: WatchedGateway,
  told: Told,
  { memberNumber }: SandboxMember,
  link: Link,
): Promise<void> {
  const [key, reason, scheme] = [gateway.adminKey, 'canary', memberNumber.toLowerCase()];
  const requeue = { action: 'look-up', dryRun: true, reason };
  const posts: readonly [path: string, body: object, key?: string][] = [
    [`${DESK}/${memberNumber}/actions`, { action: 'cancel', reason }],
    [`${APPROVALS}/${memberNumber}`, { decision: 'decline', reason }],
    [REQUEUES, { ...requeue, scope: { operationIds: [memberNumber] } }],
    [REQUEUES, { ...requeue, scope: { scheme } }],
    [REQUEUES, { ...requeue, scope: { reviewReason: memberNumber } }],
    [`/v1/support/schemes/${scheme}/actions`, { action: 'pause', reason }],
    [CONNECTIONS, { scheme, settings: {}, secrets: {}, reason }, key],

    [RESYNCS, { scope: { linkId: link.id }, dryRun: true, reason: memberNumber }],
  ];
  for (const [path, body, by] of posts) {
    const { status } = await gateway.ask('POST', path, { body, ...(by === undefined ? {} : { key: by }) });
    expect([path, body, [404, 422].includes(status)]).toEqual([path, body, true]);
  }
  const day = { scheme: 'china-railway', businessDate: await openDate(gateway, 'china-railway') };
  const { id } = await told(202, 'POST', RECONCILIATIONS, { body: day });
  await told(422, 'POST', `${RECONCILIATIONS}/${String(id)}/sign-off`, { body: { reason: memberNumber } });
  for (const path of [DESK, APPROVALS, REQUEUES, '/v1/support/schemes']) await told(404, 'GET', `${path}/${scheme}`);
  await told(404, 'GET', `${CONNECTIONS}/${memberNumber}`, { key });
  await told(404, 'POST', `${CONNECTIONS}/${memberNumber}/check`, { key });
  for (const filter of ['scheme', 'cursor', 'state', 'reviewReason', 'olderThan']) {
    const { status } = await gateway.ask('GET', `${DESK}?${filter}=${scheme}`);
    expect([filter, [200, 422].includes(status)]).toEqual([filter, true]);
  }
  await told(422, 'GET', `${CONNECTIONS}?cursor=${memberNumber}`, { key });
}

function idIn(approval: unknown): string {
  return (approval as { id: string }).id;
}
