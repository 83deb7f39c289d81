import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { canonicalJson } from '../../src/spec/canonical.js';
import { airlineBody, CONNECTIONS } from './administration.js';
import { type Answered, type Door, openDoor } from './door.js';
import { linkBody, linked, memberOf, newTrip } from './requests.js';
import { RECONCILIATIONS, RESYNCS } from './support-desk.js';

let door: Door;
beforeAll(async () => {
  door = await openDoor({ worker: false });
});
afterAll(() => door.close());

/** A request that is asked under a key of its own name. */
type Asked = readonly [path: string, body: Readonly<Record<string, unknown>>, key?: string | undefined];

const ask = ([path, body, key]: Asked): Promise<Answered> =>
  door.ask('POST', path, { body, idempotencyKey: path, ...(key === undefined ? {} : { key }) });

/** What anybody can compute of a request: digests without a key, of all that it could be written as. */
function plainOf([path, body]: Asked): string[] {
  const texts = [canonicalJson(body), JSON.stringify(body)].flatMap((text) => [text, `POST ${path}\n${text}`]);
  return ['sha256', 'sha512-256', 'sha3-256'].flatMap((algorithm) =>
    texts.map((text) => createHash(algorithm).update(text).digest('hex')),
  );
}

const stored = async (): Promise<string[]> =>
  (await door.sql<{ print: string }>(`SELECT encode(fingerprint, 'hex') AS print FROM idempotency_key`)).map(
    ({ print }) => print,
  );

it('no request can be told by trying from what is kept of it, and each is known again all the same', async () => {
  const member = await memberOf(door, 'northwind-air');
  const { link } = await linked(door, 'china-railway', 'fingerprints');
  const before = new Set(await stored());
  const accrual = { linkId: link.id, activity: newTrip('china-railway'), points: 10 };
  const admin = door.bench.keys.adminKey;
  const requests: Asked[] = [
    ['/v1/links', linkBody('northwind-air', member, 'fingerprints')],
    ['/v1/accruals', accrual],
    [RESYNCS, { scope: { linkId: link.id }, reason: 'to be sure' }],
    [RECONCILIATIONS, { scheme: 'china-railway', businessDate: '2026-01-01' }],
    ['/v1/support/schemes/china-railway/actions', { action: 'pause', reason: 'to be sure' }, admin],
    [CONNECTIONS, airlineBody(door, 'other'), admin],
  ];
  for (const request of requests) {
    const [first, again] = [await ask(request), await ask(request)];
    expect([request[0], first.json['code'], first.headers.get('idempotency-replayed')]).toEqual([
      request[0],
      undefined,
      undefined,
    ]);
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
    const other = await ask([request[0], { ...request[1], ...OTHERWISE[request[0]] }, request[2]]);
    expect([request[0], other.json['code']]).toEqual([request[0], 'IDEMPOTENCY_KEY_REUSED']);
  }
  const kept = (await stored()).filter((print) => !before.has(print));
  expect(kept).toHaveLength(requests.length);
  expect(kept.filter((print) => print.length !== 64)).toEqual([]);
  expect(kept.filter((print) => requests.flatMap(plainOf).includes(print))).toEqual([]);
});

it('a line of a batch is the request that it stands for', async () => {
  const { link } = await linked(door, 'china-railway', 'lines');
  const body = { linkId: link.id, activity: newTrip('china-railway'), points: 10 };
  const send = (line: object): Promise<Answered> =>
    door.ask('POST', '/v1/accruals/batch', { body: JSON.stringify(line), idempotencyKey: null });
  const [line] = [await send({ idempotencyKey: 'a line', ...body })];
  const alone = await door.ask('POST', '/v1/accruals', { body, idempotencyKey: 'a line' });
  expect([alone.status, alone.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
  expect(line.text).toContain(alone.text);
  expect((await send({ idempotencyKey: 'a line', ...body, points: 11 })).text).toContain('IDEMPOTENCY_KEY_REUSED');
  const plain = [...plainOf(['/v1/accruals', body]), ...plainOf(['/v1/accruals/batch', body])];
  expect((await stored()).filter((print) => plain.includes(print))).toEqual([]);
});

/** What makes another request of each. */
const OTHERWISE: Readonly<Record<string, object>> = {
  '/v1/links': { travellerRef: 'somebody else' },
  '/v1/accruals': { points: 11 },
  [RESYNCS]: { reason: 'once more' },
  [RECONCILIATIONS]: { businessDate: '2026-01-02' },
  '/v1/support/schemes/china-railway/actions': { reason: 'once more' },
  [CONNECTIONS]: { secrets: { username: 'interline', password: 'another-password' } },
};
