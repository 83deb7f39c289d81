import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SandboxMember } from '../support/gateway.js';
import { brokenInvariants } from '../support/invariants.js';
import { type Door, openDoor, toldAlike } from './door.js';
import { accrue, effects, inState, type Link, linked, type Operation, operationIn, operationOf } from './requests.js';
import { connectionOf, push } from './supplier-push.js';

const SCHEME = 'phoenix-miles';
const NIGHTS = { headers: { prefer: 'wait=20' } };

let door: Door;
let link: Link;
let member: SandboxMember;
/** A fresh accrual that the supplier has taken and not posted. */
let accepted: Operation;
beforeAll(async () => {
  door = await openDoor();
  ({ link, member } = await linked(door, SCHEME, 'pushed'));
});
afterAll(() => door.close());
beforeEach(async () => {
  accepted = operationIn(await accrue(door, link, {}, NIGHTS));
  expect(accepted.state).toBe('submitted');
});

const event = (more: object = {}) => ({
  eventId: randomUUID(),
  type: 'accrual.posted',
  reference: accepted.reference,
  supplierReference: accepted.supplierReference,
  memberNo: member.memberNumber,
  points: 500,
  at: new Date().toISOString(),
  ...more,
});
const refusal = (more: object = {}) => {
  const { eventId, reference, memberNo, at } = event();
  return { eventId, type: 'accrual.refused', reference, memberNo, code: 'NOT_ELIGIBLE', at, ...more };
};
const transactions = (): Promise<object[]> =>
  door.sql('SELECT t.id FROM ledger_transaction t JOIN operation o ON o.id = t.operation_id WHERE o.reference = $1', [
    accepted.reference,
  ]);
const eventState = async (eventId: string): Promise<unknown> =>
  (await door.sql<{ state: string }>('SELECT state FROM inbound_event WHERE event_id = $1', [eventId]))[0]?.state;
const breaks = (): Promise<object[]> =>
  door.sql(
    'SELECT b.kind, b.state, b.difference FROM break b JOIN operation o ON o.id = b.operation_id WHERE o.reference = $1',
    [accepted.reference],
  );
const untouched = async (): Promise<void> => {
  expect(await operationOf(door, accepted.id)).toEqual(accepted);
  expect(await transactions()).toEqual([]);
};

it('a signed push posts what the supplier had accepted, in our books once', async () => {
  const told = event();
  const answer = await push(door, SCHEME, told);
  expect([answer.status, answer.json]).toEqual([200, { received: 'accepted' }]);
  expect(await operationOf(door, accepted.id)).toMatchObject({
    state: 'posted',
    attempts: 1,
    evidence: { by: 'notification' },
    supplierReference: accepted.supplierReference,
    nextActionAt: null,
  });
  expect(await transactions()).toHaveLength(1);
  expect(await eventState(told.eventId)).toBe('applied');
});

it('a signed push refuses it', async () => {
  expect((await push(door, SCHEME, refusal())).status).toBe(200);
  expect(await operationOf(door, accepted.id)).toMatchObject({
    state: 'rejected',
    rejection: { reason: 'not-eligible-fare' },
  });
  expect(await transactions()).toEqual([]);
});

describe('what is not the supplier’s', () => {
  const day = 86_400_000;
  it.each<[string, Parameters<typeof push>[3]]>([
    ['a signature under another key', { key: 'sandbox-china-railway-hmac-key' }],
    ['a signature of another body', { instead: '{"eventId":"forged"}' }],
    ['no signature', { headers: { 'x-signature': undefined } }],
    ['no timestamp', { headers: { 'x-timestamp': undefined } }],
    ['no nonce', { headers: { 'x-nonce': undefined } }],
    ['another partner', { headers: { 'x-partner-id': 'somebody' } }],
    ['a push of six minutes ago', { at: Date.now() - 360_000 }],
    ['a push of six minutes ahead', { at: Date.now() + 360_000 }],
    ['a timestamp in seconds', { at: Math.floor(Date.now() / 1000) }],
    ['a timestamp of long ago', { at: Date.now() - 1000 * day }],
    ['the connection of another scheme', { to: connectionOf('china-railway') }],
    ['a connection that takes no pushes', { to: connectionOf('northwind-air') }],
    ['a connection that is not there', { to: 'con_00000000000000000000000000' }],
    ['what is no connection', { to: 'con_x' }],
  ])('%s is answered 401 alike, and nothing of it is kept', async (_what, sending) => {
    const told = event();
    const answer = await push(door, SCHEME, told, sending);
    const plain = await push(door, SCHEME, told, { headers: { 'x-signature': 'x' } });
    expect([answer.status, answer.json['code']]).toEqual([401, 'SIGNATURE_INVALID']);
    expect(toldAlike(answer)).toEqual(toldAlike(plain));
    expect(await eventState(told.eventId)).toBeUndefined();
    await untouched();
  });

  it.each(['', 'null', '[]', '{}', '{"eventId":""}', '{"eventId":7}', '<push/>', '{"eventId":"x"'])(
    'a signed body that names no event (%s) is refused as well',
    async (body) => {
      expect((await push(door, SCHEME, body)).status).toBe(401);
    },
  );
});

describe('again and in any order', () => {
  it('the same event a hundred times at once has one effect', async () => {
    const told = event();
    const answers = await Promise.all(Array.from({ length: 100 }, () => push(door, SCHEME, told)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['200 {"received":"accepted"}']),
    );
    const operation = await operationOf(door, accepted.id);
    expect([operation.state, operation.version]).toEqual(['posted', accepted.version + 1]);
    expect(await transactions()).toHaveLength(1);
    expect(await door.sql('SELECT 1 FROM inbound_event WHERE event_id = $1', [told.eventId])).toHaveLength(1);
  });

  it('the same news under ten event ids at once has one effect', async () => {
    await Promise.all(Array.from({ length: 10 }, () => push(door, SCHEME, event())));
    expect((await operationOf(door, accepted.id)).version).toBe(accepted.version + 1);
    expect(await transactions()).toHaveLength(1);
  });

  it.each([
    ['posted', 'refused', 'posted'],
    ['refused', 'posted', 'rejected'],
  ])('after %s, %s changes nothing any more', async (first, _second, state) => {
    const [one, other] = first === 'posted' ? [event(), refusal()] : [refusal(), event()];
    expect((await push(door, SCHEME, one)).status).toBe(200);
    const then = await operationOf(door, accepted.id);
    expect(then.state).toBe(state);
    expect((await push(door, SCHEME, other)).status).toBe(200);
    expect(await operationOf(door, accepted.id)).toEqual(then);
    expect(await transactions()).toHaveLength(state === 'posted' ? 1 : 0);
    expect(await breaks()).toEqual([
      state === 'posted'
        ? { kind: 'ours-only', state: 'open', difference: '500' }
        : { kind: 'different', state: 'open', difference: '-500' },
    ]);
  });

  it('other points for what was posted are a break, however often they are told', async () => {
    await push(door, SCHEME, event());
    const then = await operationOf(door, accepted.id);
    for (const points of [501, 501]) await push(door, SCHEME, event({ points }));
    expect(await operationOf(door, accepted.id)).toEqual(then);
    expect(await breaks()).toEqual([{ kind: 'different', state: 'open', difference: '-1' }]);
  });

  it('of posted and refused at once one holds, and the books go with it', async () => {
    await Promise.all([event(), refusal(), event(), refusal()].map((told) => push(door, SCHEME, told)));
    const { state } = await operationOf(door, accepted.id);
    expect(['posted', 'rejected']).toContain(state);
    expect(await transactions()).toHaveLength(state === 'posted' ? 1 : 0);
  });
});

describe('what contradicts the operation', () => {
  it.each<[string, object]>([
    ['other points', { points: 501 }],
    ['ten times the points', { points: 5_000 }],
    ['another member', { memberNo: 'CA000000000000' }],
  ])('%s: nothing is posted, and a person looks at it', async (_what, more) => {
    const told = event(more);
    expect((await push(door, SCHEME, told)).status).toBe(200);
    expect(await operationOf(door, accepted.id)).toMatchObject({
      state: 'needs-review',
      reviewReason: 'evidence-mismatch',
    });
    expect(await transactions()).toEqual([]);
    expect(await eventState(told.eventId)).toBe('mismatch');
    // The right news settles it nevertheless.
    await push(door, SCHEME, event());
    expect(await operationOf(door, accepted.id)).toMatchObject({ state: 'posted', reviewReason: null });
  });

  it('another member in a refusal refuses nothing', async () => {
    await push(door, SCHEME, refusal({ memberNo: 'CA000000000000' }));
    expect(await operationOf(door, accepted.id)).toMatchObject({
      state: 'needs-review',
      reviewReason: 'evidence-mismatch',
    });
  });

  it('a supplier reference that is another operation’s: a person looks at it', async () => {
    const other = operationIn(await accrue(door, link, {}, NIGHTS));
    const answer = await push(door, SCHEME, event({ supplierReference: other.supplierReference }));
    expect(answer.status).toBe(200);
    expect(await operationOf(door, accepted.id)).toMatchObject({
      state: 'needs-review',
      reviewReason: 'supplier-reference-taken',
    });
    expect(await transactions()).toEqual([]);
  });

  it('news of what was never sent posts nothing', async () => {
    const future = operationIn(await accrue(door, link, { notBefore: '2100-01-01T00:00:00Z' }));
    await push(door, SCHEME, refusal({ reference: future.reference }));
    expect((await operationOf(door, future.id)).state).toBe('scheduled');
    await push(door, SCHEME, event({ reference: future.reference, supplierReference: 'CN99999999' }));
    expect(await operationOf(door, future.id)).toMatchObject({
      state: 'needs-review',
      reviewReason: 'evidence-mismatch',
    });
    expect(await effects(door, SCHEME, future.reference)).toEqual([]);
  });

  it('news by the supplier of another scheme is of nothing it knows', async () => {
    const answer = await push(door, 'china-railway', event());
    expect([answer.status, answer.json]).toEqual([202, { received: 'parked' }]);
    await untouched();
  });
});

describe('what is not known yet', () => {
  const REFERENCE = '19000000000000000001';

  it('is parked, and applied once it is known', async () => {
    const told = event({ reference: REFERENCE });
    for (const answer of [await push(door, SCHEME, told), await push(door, SCHEME, told)]) {
      expect([answer.status, answer.json]).toEqual([202, { received: 'parked' }]);
    }
    expect(await eventState(told.eventId)).toBe('parked');
    await untouched();
    // The operation becomes the one that the push is about; then its time to be looked at again comes.
    await door.sql('UPDATE operation SET reference = $2 WHERE reference = $1', [accepted.reference, REFERENCE]);
    await door.sql('UPDATE inbound_event SET next_action_at = clock_timestamp() WHERE event_id = $1', [told.eventId]);
    await door.bench.gateway.inbound.retryParked(10);
    expect((await operationOf(door, accepted.id)).state).toBe('posted');
    expect(await eventState(told.eventId)).toBe('applied');
  });

  it('is applied at once when the supplier sends it again', async () => {
    const reference = '19000000000000000002';
    const told = event({ reference });
    await push(door, SCHEME, told);
    await door.sql('UPDATE operation SET reference = $2 WHERE reference = $1', [accepted.reference, reference]);
    expect((await push(door, SCHEME, told)).json).toEqual({ received: 'accepted' });
    expect((await operationOf(door, accepted.id)).state).toBe('posted');
  });

  it('is forgotten after three days', async () => {
    const told = event({ reference: '19000000000000000003' });
    await push(door, SCHEME, told);
    await door.sql(
      `UPDATE inbound_event
       SET next_action_at = clock_timestamp(), received_at = clock_timestamp() - interval '73 hours' WHERE event_id = $1`,
      [told.eventId],
    );
    await door.bench.gateway.inbound.retryParked(10);
    expect(await eventState(told.eventId)).toBe('ignored');
  });

  it.each(['member.changed', 'accrual.cheered'])('%s says nothing of an operation and is taken', async (type) => {
    const told = event({ type });
    const answer = await push(door, SCHEME, told);
    expect([answer.status, answer.json, await eventState(told.eventId)]).toEqual([
      200,
      { received: 'accepted' },
      'ignored',
    ]);
    await untouched();
  });
});

describe('a signed push that cannot be read', () => {
  it.each([
    ['points as text', { points: '500' }],
    ['points with a fraction', { points: 500.5 }],
    ['no reference', { reference: undefined }],
    ['no type', { type: undefined }],
    ['NUL in its reference', { reference: 'a\u0000b' }],
    ['NUL in the supplier reference', { supplierReference: 'a\u0000b' }],
  ])('%s: is taken, kept as a mismatch, and nothing of it is believed', async (_what, more) => {
    const told = event(more);
    const answer = await push(door, SCHEME, told);
    expect(answer.status).toBe(200);
    expect(await eventState(told.eventId)).toBe('mismatch');
    await untouched();
  });

  it('NUL in the id of the event: is refused', async () => {
    const answer = await push(door, SCHEME, event({ eventId: 'a\u0000b' }));
    expect(answer.status).toBe(401);
    await untouched();
  });
});

// Last: once its day was closed by hand, the supplier posts what it accepts within seconds.
describe('the simulated supplier’s own pushes', () => {
  it.each(['forgeNotification', 'duplicateNotification', 'reorderNotification', 'skewedClock'])('%s', async (fault) => {
    await door.sandbox.put(`${SCHEME}/faults`, { seed: 1, rates: { [fault]: 1 } });
    await door.sandbox.post(`${SCHEME}/close-day`);
    await inState(door, accepted.id, 'posted');
    await door.sandbox.delete(`${SCHEME}/faults`);
    expect(await effects(door, SCHEME, accepted.reference)).toHaveLength(1);
    expect(await transactions()).toHaveLength(1);
    expect(await door.sql("SELECT 1 FROM inbound_event WHERE event_id LIKE '%-forged'")).toEqual([]);
  });
});

it('after all of it the books are whole, and no event names a member', async () => {
  const broken = await brokenInvariants(door.bench.ownerUrl);
  expect(broken).toEqual([]);
  const kept = await door.sql('SELECT notifications::text AS text FROM inbound_event');
  expect(JSON.stringify(kept)).not.toContain(member.memberNumber);
  expect(door.bench.errors).toEqual([]);
});
