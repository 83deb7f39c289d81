import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { components } from '../../contracts/generated/gateway.js';
import { brokenInvariants, ledgerPoints } from '../support/invariants.js';
import type { Books, SandboxMember } from '../support/gateway.js';
import { leaksIn } from './canaries.js';
import { type Answered, type Ask, type Door, openDoor, toldAlike } from './door.js';
import { accrue, effects, inState, type Link, linked, operationIn, posted } from './requests.js';
import { lookedAt, lost, parked } from './support-desk.js';

type Schemas = components['schemas'];
const SCHEME = 'china-railway';
const DESK = '/v1/support/operations';

let door: Door;
let ours: Ask;
let theirs: Ask;
let admin: Ask;
let link: Link;
let member: SandboxMember;
beforeAll(async () => {
  door = await openDoor();
  ours = { key: door.bench.keys.supportKey };
  theirs = { key: door.bench.keys.otherPlatformKey };
  admin = { key: door.bench.keys.adminKey };
  ({ link, member } = await linked(door, SCHEME, 'ours'));
});
afterAll(async () => {
  expect(await brokenInvariants(door.bench.ownerUrl)).toEqual([]);
  const { totals } = await door.sandbox.get<Books>(`${SCHEME}/books`);
  expect(await ledgerPoints(door.bench.ownerUrl, SCHEME)).toBe(totals.points);
  expect(door.bench.errors).toEqual([]);
  await door.close();
});

const act = (id: string, body: object, ask = ours): Promise<Answered> =>
  door.ask('POST', `${DESK}/${id}/actions`, { ...ask, body: { reason: 'Traveller misses points', ...body } });
const decide = (id: string, decision: string, ask = admin): Promise<Answered> =>
  door.ask('POST', `/v1/support/approvals/${id}`, { ...ask, body: { decision, reason: 'Seen it' } });
const search = (query: string, ask = ours) => door.ask('POST', '/v1/support/search', { ...ask, body: { query } });
const approvalIn = ({ json }: Answered): Schemas['Approval'] => json['approval'] as Schemas['Approval'];

describe('two persons', () => {
  it('send again what the supplier never got, and it is there once', async () => {
    const operation = await lost(door, link, 'dropBeforeCommit');
    await parked(door, operation, 'absent', { by: 'settlement', absent: true });
    const asked = await act(operation.id, { action: 'resend' });
    const approval = approvalIn(asked);
    expect([asked.status, approval.state, approval.operationId]).toEqual([202, 'pending', operation.id]);
    expect(Date.parse(approval.expiresAt) - Date.parse(approval.createdAt)).toBe(86_400_000);
    const same = await decide(approval.id, 'approve', ours);
    expect([same.status, same.json['code']]).toEqual([403, 'SECOND_PERSON_NEEDED']);
    const approved = await decide(approval.id, 'approve');
    expect([approved.status, approved.json['state']]).toEqual([202, 'approved']);
    const { reference } = await inState(door, operation.id, 'posted');
    expect(await effects(door, SCHEME, reference)).toHaveLength(1);
    const late = await decide(approval.id, 'decline');
    expect([late.status, late.json['code'], late.json['state']]).toEqual([409, 'APPROVAL_STATE', 'approved']);
  });

  it('settle what the supplier posted and never said', async () => {
    const operation = await lost(door, link, 'commitThenDrop');
    await parked(door, operation, 'awaiting-file', null);
    const [effect] = await effects(door, SCHEME, operation.reference);
    const evidence = { outcome: 'posted', supplierReference: effect?.supplierReference };
    const approval = approvalIn(await act(operation.id, { action: 'settle', evidence }));
    await decide(approval.id, 'approve');
    const settled = await inState(door, operation.id, 'posted');
    expect(settled).toMatchObject({
      supplierReference: effect?.supplierReference,
      evidence: { by: 'people', approval: approval.id },
    });
    const refused = await act(operation.id, { action: 'settle', evidence });
    expect([refused.status, refused.json['code'], refused.json['state']]).toEqual([
      409,
      'ACTION_NOT_POSSIBLE',
      'posted',
    ]);
  });

  it('send many again as they were shown', async () => {
    const two = [await lost(door, link, 'dropBeforeCommit'), await lost(door, link, 'dropBeforeCommit')];
    for (const one of two) await parked(door, one, 'absent', { by: 'settlement', absent: true });
    const scope = { scheme: SCHEME, reviewReason: 'absent' };
    const ask = (more: object) =>
      door.ask('POST', '/v1/support/requeues', {
        ...ours,
        body: { scope, action: 'resend', reason: 'Outage', ...more },
      });
    const preview = (await ask({ dryRun: true })).json as unknown as Schemas['Requeue'];
    expect([preview.total, preview.leftOut]).toEqual([2, 0]);
    const run = (await ask({ dryRun: false, previewId: preview.id })).json as unknown as Schemas['Requeue'];
    await decide(run.approval?.id ?? '', 'approve');
    for (const { id } of two) {
      const { reference } = await inState(door, id, 'posted');
      expect(await effects(door, SCHEME, reference)).toHaveLength(1);
    }
    const done = (await door.ask('GET', `/v1/support/requeues/${run.id}`, ours)).json as unknown as Schemas['Requeue'];
    expect([done.state, done.items.map(({ result }) => result)]).toEqual(['done', ['queued', 'queued']]);
  });
});

describe('one person', () => {
  it('looks at the supplier again, and sees every attempt', async () => {
    const operation = await lost(door, link, 'commitThenDrop');
    const asked = await act(operation.id, { action: 'look-up' });
    const { resync } = await lookedAt(door, asked.headers.get('location') ?? '', ours);
    expect([asked.json['resyncId'], resync.state]).toEqual([resync.id, 'completed']);
    const file = (await door.ask('GET', `${DESK}/${operation.id}`, ours)).json as unknown as Schemas['SupportCase'];
    expect(file.attempts[0]).toMatchObject({ action: 'send', effect: 'write', outcome: 'unknown-outcome' });
    expect(file.timeline.map(({ to }) => to).slice(0, 3)).toEqual(['queued', 'sending', 'unknown']);
  });

  it('cancels what waits for its day, and reverses what was posted', async () => {
    const notBefore = new Date(Date.now() + 86_400_000).toISOString();
    const waiting = operationIn(await accrue(door, link, { notBefore }));
    expect((await act(waiting.id, { action: 'cancel' })).json['operation']).toMatchObject({ state: 'cancelled' });
    const accrual = await posted(door, link);
    const reversed = await act(accrual.id, { action: 'reverse' });
    await inState(door, String(reversed.json['reversalId']), 'posted');
    expect((await act(accrual.id, { action: 'reverse' })).json['code']).toBe('ACTION_NOT_POSSIBLE');
  });

  it('finds a traveller by the member number, which stands nowhere', async () => {
    const operation = await posted(door, link);
    const reason = `Number ${member.memberNumber} misses points`;
    const refused = await act(operation.id, { action: 'reverse', reason });
    expect([refused.status, refused.json['errors']]).toMatchObject([422, [{ pointer: '/reason' }]]);
    const found = await search(member.memberNumber);
    expect(found.json['items']).toMatchObject([
      { kind: 'link', id: link.id, why: 'member-number', travellerRef: 'ours' },
    ]);
    const tables = await door.sql<{ text: string }>(
      `SELECT coalesce(string_agg(t::text, ' '), '') AS text FROM (
         SELECT to_jsonb(a)::text AS t FROM approval a UNION ALL SELECT to_jsonb(a)::text FROM audit a
         UNION ALL SELECT to_jsonb(q)::text FROM requeue q UNION ALL SELECT to_jsonb(i)::text FROM requeue_item i) everything`,
    );
    const texts = new Map([
      ['search', found.text],
      ['refusal', refused.text],
      ['tables', tables[0]?.text ?? ''],
    ]);
    expect(texts.get('tables')).toContain('Traveller misses points');
    expect(leaksIn([member.memberNumber], texts)).toEqual([]);
  });
});

describe('another tenant', () => {
  it('is told of ours what it is told of nothing', async () => {
    const operation = await lost(door, link, 'dropBeforeCommit');
    await parked(door, operation, 'absent', { by: 'settlement', absent: true });
    const approval = approvalIn(await act(operation.id, { action: 'resend' }));
    const scope = { operationIds: [operation.id] };
    const preview = { scope, action: 'resend', dryRun: true, reason: 'x' };
    const { id } = (await door.ask('POST', '/v1/support/requeues', { ...ours, body: preview })).json;
    const none = (given: string) => given.replace(/.{8}$/, '00000000');
    const asks: ((of: (given: string) => string) => Promise<Answered>)[] = [
      (of) => door.ask('GET', `${DESK}/${of(operation.id)}`, theirs),
      (of) => act(of(operation.id), { action: 'resend' }, theirs),
      (of) => door.ask('GET', `/v1/support/approvals/${of(approval.id)}`, theirs),
      (of) => decide(of(approval.id), 'approve', theirs),
      (of) => door.ask('GET', `/v1/support/requeues/${of(String(id))}`, theirs),
      (of) =>
        door.ask('POST', '/v1/support/requeues', {
          ...theirs,
          body: { ...preview, scope: { operationIds: [of(operation.id)] } },
        }),
    ];
    for (const ask of asks) {
      const [foreign, nothing] = [await ask((given) => given), await ask(none)];
      expect(foreign.status).toBe(404);
      expect(toldAlike(foreign)).toEqual(toldAlike(nothing));
    }
    for (const query of [operation.id, operation.reference, member.memberNumber, link.id]) {
      expect((await search(query, theirs)).json['items']).toEqual([]);
    }
    expect((await door.ask('GET', '/v1/support/approvals', theirs)).json['items']).toEqual([]);
    await decide(approval.id, 'approve');
    await inState(door, operation.id, 'posted');
  });
});
