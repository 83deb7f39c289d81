import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../support/eventually.js';
import { type Processes, startProcesses } from '../support/processes.js';
import { controlOf } from './control.js';
import { type Answered, asker } from './door.js';
import { linkBody, membersOf, type Place } from './requests.js';

let processes: Processes;
let owner: pg.Client;
let place: Place;
beforeAll(async () => {
  processes = await startProcesses(null);
  owner = new pg.Client({ connectionString: processes.ownerUrl });
  await owner.connect();
  place = { ask: asker(processes.baseUrl, processes.platformKey), sandbox: controlOf(processes.sandboxUrl) };
}, 60_000);
afterAll(async () => {
  await owner.end();
  await processes.close();
}, 60_000);

const SCHEME = 'northwind-air';
const count = async (sql: string): Promise<number> =>
  Number((await owner.query<{ count: string }>(sql)).rows[0]?.count);
const running = (): Promise<number> => count("SELECT count(*) FROM idempotency_key WHERE state = 'running'");
const post = (body: object, idempotencyKey: string): Promise<Answered> =>
  place.ask('POST', '/v1/links', { body, idempotencyKey });
/** The answer, or `null` where there was none: the process was dead, or died before it answered. */
const tried = (body: object, idempotencyKey: string): Promise<Answered | null> =>
  post(body, idempotencyKey).catch((error: unknown) => {
    // By its words: fetch's errors are of another realm than the test's, so `instanceof` knows none of them.
    if (String(error) === 'TypeError: fetch failed') return null;
    throw error;
  });

it('an API killed while it has members verified leaves nothing, and each key then makes its one link', async () => {
  const members = await membersOf(place, SCHEME, 5);
  const asks = members.map((member, index) => [linkBody(SCHEME, member, `t-${index}`), `death-${index}`] as const);
  await place.sandbox.put(`${SCHEME}/faults`, { rates: { hang: 1 } });
  const lost = Promise.all(asks.map(([body, key]) => tried(body, key)));
  await eventually(running, (keys) => keys === members.length);
  expect(processes.kill('api')).toBe(true);
  expect(await lost).toEqual(members.map(() => null));
  await place.sandbox.delete(`${SCHEME}/faults`);

  // Nothing half-written: not the links, not who they would have belonged to, nor a key for their data.
  expect(await count('SELECT count(*) FROM link')).toBe(0);
  expect(await count("SELECT count(*) FROM subject WHERE traveller_ref <> 'connections'")).toBe(0);
  expect(await count('SELECT count(*) FROM event')).toBe(0);
  expect(await running()).toBe(members.length);

  const [first] = asks;
  if (first === undefined) throw new Error('the sandbox made no member');
  const held = await eventually(
    () => tried(...first),
    (answer) => answer !== null,
    { withinMs: 60_000 },
  );
  expect([held?.status, held?.json['code'], held?.headers.get('retry-after')]).toEqual([
    409,
    'IDEMPOTENCY_IN_PROGRESS',
    '1',
  ]);
  const other = await post({ ...first[0], clientReference: 'other' }, first[1]);
  expect([other.status, other.json['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);

  // What 20 s would bring; then everybody comes back several times at once.
  await owner.query("UPDATE idempotency_key SET locked_until = clock_timestamp() WHERE state = 'running'");
  const back = await Promise.all(asks.flatMap((each) => [post(...each), post(...each), post(...each)]));
  for (const { status, json } of back) {
    if (status !== 201) expect([status, json['code']]).toEqual([409, 'IDEMPOTENCY_IN_PROGRESS']);
  }
  const links = await Promise.all(asks.map((each) => post(...each)));
  expect(links.map(({ status, json }) => [status, json['state']])).toEqual(members.map(() => [201, 'active']));
  expect(new Set(links.map(({ json }) => json['id'])).size).toBe(members.length);
  expect(await count('SELECT count(*) FROM link')).toBe(members.length);
  expect(await running()).toBe(0);
}, 120_000);
