import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LINK_ID, OPERATION, OPERATION_ID } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { posts } from './samples.js';
import { APPROVAL, APPROVAL_ID, REQUEUE, REQUEUE_ID } from './support-desk-fakes.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => {
  gateway.world.asked.length = 0;
});
afterAll(() => gateway.stop());

const lastAsked = () => gateway.world.asked.at(-1);
const ask = (path: string, body: object, headers = {}) => gateway.ask('POST', `/v1/support/${path}`, { body, headers });
const pointers = ({ json }: { json: Readonly<Record<string, unknown>> }) =>
  (json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);

describe('operations on the desk', () => {
  it('are listed by state, scheme, reason and age, newest first unless asked otherwise', async () => {
    const query = 'state=needs-review&scheme=china-railway&reviewReason=absent&olderThan=60&order=oldest&limit=2';
    expect((await gateway.ask('GET', `/v1/support/operations?${query}`)).status).toBe(200);
    const filter = {
      state: 'needs-review',
      scheme: 'china-railway',
      reviewReason: 'absent',
      olderThan: 60,
      order: 'oldest',
    };
    expect(lastAsked()?.input).toEqual({ filter, page: { limit: 2, cursor: undefined }, language: 'en' });
    await gateway.ask('GET', '/v1/support/operations');
    expect(lastAsked()?.input).toMatchObject({ filter: { order: 'newest' }, page: { limit: 50 } });
  });

  it.each(['olderThan=-1', 'olderThan=x', 'order=best', 'reviewReason=A', 'state=odd'])('refuse %s', async (query) => {
    const { status, json } = await gateway.ask('GET', `/v1/support/operations?${query}`);
    expect([status, json['errors']]).toMatchObject([422, [{ pointer: `/query/${query.split('=')[0] ?? ''}` }]]);
  });

  it('are shown one by one, in the language asked for', async () => {
    await gateway.ask('GET', `/v1/support/operations/${OPERATION_ID}`, { headers: { 'accept-language': 'zh' } });
    expect(lastAsked()).toEqual({ name: 'get', input: 'zh' });
  });
});

describe('an action', () => {
  const path = `operations/${OPERATION_ID}/actions`;

  it.each([
    [{ action: 'look-up' }, undefined],
    [{ action: 'settle', evidence: { outcome: 'posted', supplierReference: 'S-1' } }, 'posted'],
    [{ action: 'settle', evidence: { outcome: 'rejected', reason: 'member-closed' } }, 'rejected'],
  ])('is asked for: %j', async (body, outcome) => {
    const answer = await ask(path, { ...body, reason: 'Traveller misses points' });
    expect([answer.status, answer.headers.get('location')]).toEqual([202, `/v1/support/approvals/${APPROVAL_ID}`]);
    expect(lastAsked()?.input).toMatchObject({ operationId: OPERATION, action: body.action, language: 'en' });
    expect((lastAsked()?.input as { evidence?: { outcome: string } }).evidence?.outcome).toBe(outcome);
  });

  it.each([
    [{ action: 'look-up', reason: ' ' }, '/reason'],
    [{ action: 'look-up', reason: 'x'.repeat(501) }, '/reason'],
    [{ action: 'look-up' }, '/reason'],
    [{ action: 'move', reason: 'x' }, '/action'],
    [{ action: 'settle', reason: 'x' }, '/evidence'],
    [{ action: 'cancel', reason: 'x', evidence: { outcome: 'posted' } }, '/evidence'],
    [{ action: 'settle', reason: 'x', evidence: { outcome: 'queued' } }, '/evidence/outcome'],
    [
      { action: 'settle', reason: 'x', evidence: { outcome: 'expired', supplierReference: 'S' } },
      '/evidence/supplierReference',
    ],
    [{ action: 'settle', reason: 'x', evidence: { outcome: 'posted', reason: 'too-late' } }, '/evidence/reason'],
  ])('is refused: %j', async (body, pointer) => {
    const answer = await ask(path, body);
    expect([answer.status, pointers(answer)]).toEqual([422, [pointer]]);
    expect(lastAsked()).toBeUndefined();
  });

  it('is refused in the language of whoever asks', async () => {
    const { json } = await ask(path, { action: 'settle', reason: 'x' }, { 'accept-language': 'zh' });
    expect(json['errors']).toEqual([{ pointer: '/evidence', message: '了结时为必填项' }]);
  });
});

describe('an approval', () => {
  it('is listed by state, and decided with a reason', async () => {
    await gateway.ask('GET', '/v1/support/approvals?state=pending&limit=3');
    const input = { filter: { state: 'pending' }, page: { limit: 3, cursor: undefined } };
    expect(lastAsked()).toEqual({ name: 'approvals', input });
    await ask(`approvals/${APPROVAL_ID}`, { decision: 'decline', reason: 'No such mail' });
    const decided = { approvalId: APPROVAL, decision: 'decline', reason: 'No such mail' };
    expect(lastAsked()).toEqual({ name: 'decide', input: decided });
    const refused = await ask(`approvals/${APPROVAL_ID}`, { decision: 'maybe', reason: ' ' });
    expect([refused.status, pointers(refused).sort()]).toEqual([422, ['/decision', '/reason']]);
  });
});

describe('a requeue', () => {
  const body = { scope: { operationIds: [OPERATION_ID] }, action: 'look-up', dryRun: true, reason: 'Outage' };

  it('is shown first and run as shown', async () => {
    expect((await ask('requeues', body)).headers.get('location')).toBe(`/v1/support/requeues/${REQUEUE_ID}`);
    expect(lastAsked()?.input).toMatchObject({ scope: { operationIds: [OPERATION] }, dryRun: true });
    await ask('requeues', { ...body, dryRun: false, previewId: REQUEUE_ID });
    expect(lastAsked()?.input).toMatchObject({ dryRun: false, previewId: REQUEUE });
  });

  it.each([
    [{ dryRun: false }, '/previewId'],
    [{ previewId: REQUEUE_ID }, '/previewId'],
    [{ scope: {} }, '/scope'],
    [{ scope: { operationIds: [] } }, '/scope/operationIds'],
    [{ scope: { operationIds: [LINK_ID] } }, '/scope/operationIds/0'],
    [{ action: 'settle' }, '/action'],
  ])('is refused with %j', async (change, pointer) => {
    const answer = await ask('requeues', { ...body, ...change });
    expect([answer.status, pointers(answer)]).toEqual([422, [pointer]]);
  });

  it('takes 1,000 operations and no more', async () => {
    const ids = (count: number) =>
      Array.from({ length: count }, (_, i) => OPERATION_ID.slice(0, -4) + String(i).padStart(4, '0'));
    const start = (operationIds: readonly string[]) => ask('requeues', { ...body, scope: { operationIds } });
    expect((await start(ids(1000))).status).toBe(202);
    expect(pointers(await start(ids(1001)))).toEqual(['/scope/operationIds']);
  });
});

it('a search is a question: it takes no Idempotency-Key, and what is sought stands in no address', async () => {
  const answer = await gateway.ask('POST', '/v1/support/search', {
    body: { query: 'NW12345678' },
    idempotencyKey: null,
  });
  expect([answer.status, (answer.json['items'] as unknown[]).length]).toEqual([200, 2]);
  expect(lastAsked()).toEqual({ name: 'search', input: 'NW12345678' });
  expect(JSON.stringify(gateway.world.logged)).not.toContain('NW12345678');
  expect(pointers(await ask('search', { query: 'x'.repeat(129) }))).toEqual(['/query']);
});

it('nothing of the desk is waited for: it says where to look instead', async () => {
  for (const name of ['actOnOperation', 'decideApproval', 'createRequeue']) {
    const { path = '', body = {} } = posts[name] ?? {};
    const answer = await gateway.ask('POST', path, { body, headers: { prefer: 'wait=10' } });
    expect([answer.status, answer.headers.has('preference-applied')]).toEqual([202, false]);
    expect(answer.headers.get('location')).toMatch(/^\/v1\/support\//);
  }
});
