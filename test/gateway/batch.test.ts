import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import type { Books } from '../support/gateway.js';
import { type Answered, type Door, openDoor } from './door.js';
import { accrue, type Link, linked, newTrip, type Operation } from './requests.js';

interface Result {
  readonly index: number;
  readonly status: number;
  readonly operation?: Operation;
  readonly problem?: { readonly code: string; readonly operationId?: string; readonly requestId: string };
}

let door: Door;
let link: Link;
let foreign: Link;
beforeAll(async () => {
  door = await openDoor();
  link = (await linked(door, 'china-railway', 'batch')).link;
  foreign = (await linked(door, 'china-railway', 'batch', { key: door.bench.keys.otherPlatformKey })).link;
});
afterAll(() => door.close());

const line = (idempotencyKey: string, more: object = {}): object => ({
  idempotencyKey,
  linkId: link.id,
  activity: newTrip('china-railway'),
  points: 10,
  ...more,
});
const send = (lines: readonly unknown[]): Promise<Answered> => {
  const body = lines.map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`).join('');
  return door.ask('POST', '/v1/accruals/batch', { body, idempotencyKey: null });
};
const resultsOf = ({ status, text }: Answered): Result[] => {
  expect(status).toBe(200);
  return text
    .split('\n')
    .slice(0, -1)
    .map((each) => JSON.parse(each) as Result);
};
const told = ({ status, operation, problem }: Result): unknown[] => [status, operation?.state ?? problem?.code];
const count = async (): Promise<number> => (await door.sandbox.get<Books>('china-railway/books')).totals.count;

it('each line is answered as if it had been sent alone, in order, one fault touching no other', async () => {
  const activity = newTrip('china-railway');
  const lines = [
    line('b-0', { activity, clientReference: 'order-0' }),
    '{"idempotencyKey": "b-1", "points": 1, "points": 2}',
    line('b-2', { points: 0 }),
    line('b-3', { linkId: foreign.id }),
    line('b-4', { linkId: 'lnk_00000000000000000000000000' }),
    line('b-5', { activity }),
    line('b-6', { activity, points: 11 }),
    line('b-0', { activity, clientReference: 'order-0' }),
    line('b-0', { activity, clientReference: 'order-1' }),
    line('b-9', {
      points: undefined,
      activity: { ...newTrip('china-railway'), fare: { currency: 'CNY', minor: 1_000 } },
    }),
    'null',
    line('b-11'),
  ];
  const results = resultsOf(await send(lines));
  expect(results.map(({ index }) => index)).toEqual(lines.map((_line, index) => index));
  expect(results.map(told)).toEqual([
    [202, 'queued'],
    [400, 'MALFORMED'],
    [422, 'INVALID'],
    [404, 'NOT_FOUND'],
    [404, 'NOT_FOUND'],
    [200, results[5]?.operation?.state],
    [409, 'ACTIVITY_EXISTS'],
    [202, 'queued'],
    [422, 'IDEMPOTENCY_KEY_REUSED'],
    [202, 'queued'],
    [422, 'INVALID'],
    [202, 'queued'],
  ]);
  const first = results[0]?.operation;
  expect(results[5]?.operation?.id).toBe(first?.id);
  expect(results[6]?.problem?.operationId).toBe(first?.id);
  expect(results[7]?.operation).toEqual(first);
  expect(results[9]?.operation?.points).toBe(50);
  const alone = await accrue(
    door,
    link,
    { activity, points: 10, clientReference: 'order-0' },
    { idempotencyKey: 'b-0' },
  );
  expect([alone.status, alone.json, alone.headers.get('idempotency-replayed')]).toEqual([202, first, 'true']);
  await eventually(count, (rows) => rows === 3);
});

it('the whole batch sent again, even at once, gives the same and does nothing', async () => {
  const before = await count();
  const lines = Array.from({ length: 300 }, (_none, index) => line(`again-${index}`, { points: 1 + index }));
  const twice = await Promise.all([send(lines), send(lines)]);
  const again = await send(lines);
  expect(twice.map(({ text }) => text)).toEqual([again.text, again.text]);
  const results = resultsOf(again);
  expect(new Set(results.map(({ operation }) => operation?.id)).size).toBe(300);
  expect(results.map(told)).toEqual(lines.map(() => [202, 'queued']));
  await eventually(count, (rows) => rows === before + 300);
  expect((await send(lines)).text).toBe(again.text);
  const stored = await door.sql<{ count: number }>('SELECT count(*)::int AS count FROM operation WHERE points = 300');
  expect(stored).toEqual([{ count: 1 }]);
});

it('a thousand lines are a batch, one more is none', async () => {
  const lines = Array.from({ length: 1_001 }, (_none, index) => line(`many-${index}`, { points: -1 }));
  expect(resultsOf(await send(lines.slice(0, 1_000))).map(told)).toEqual(lines.slice(1).map(() => [422, 'INVALID']));
  const refused = await send(lines);
  expect([refused.status, refused.json['code']]).toEqual([422, 'INVALID']);
});
