import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fromRoot } from '../../src/config/paths.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { eventually } from '../support/eventually.js';
import { rewardFor } from '../support/travellers.js';
import { act, standingOf } from './administration.js';
import { type Answered, type Door, openDoor } from './door.js';
import { giveConnection } from './own-connection.js';
import { accrue, inState, type Link, linked, newTrip, operationIn, posted } from './requests.js';

const LIMIT = 5;

let directory: string;
let door: Door;
let link: Link;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'schemes-'));
  await cp(fromRoot('schemes'), directory, { recursive: true });
  const file = path.join(directory, 'northwind-air.yaml');
  await writeFile(file, `${await readFile(file, 'utf8')}limits: { backlog: ${LIMIT} }\n`);
  door = await openDoor({ schemeDirectories: [directory] });
  link = (await linked(door, 'northwind-air', 'backlog')).link;
});
afterAll(async () => {
  await door.close();
  await rm(directory, { recursive: true });
});

const refused = ({ status, headers, json }: Answered): unknown => [
  status,
  json['code'],
  Number(headers.get('retry-after')) >= 1 && Number(headers.get('retry-after')) <= 60,
];
const REFUSED = [503, 'BACKLOG_FULL', true];

it('work beyond what may wait is refused, kept under no key, and taken again when there is room', async () => {
  const done = await posted(door, link);
  const quote = { linkId: link.id, reward: rewardFor('northwind-air'), points: 100 };
  const { json } = await door.ask('POST', '/v1/quotes', { body: quote });
  const key = door.bench.keys.adminKey;
  expect((await act(door, 'northwind-air', 'pause', { key })).status).toBe(200);

  const waiting: string[] = [];
  // A count of a moment ago may still know of work that has ended meanwhile, and what it counted too much is soon forgotten.
  const taken = () =>
    eventually(
      () => accrue(door, link),
      ({ status }) => status === 202,
      { everyMs: 200 },
    );
  while (waiting.length < LIMIT) waiting.push(operationIn(await taken()).id);
  const body = { linkId: link.id, activity: newTrip('northwind-air'), points: 500 };
  const late = { body, idempotencyKey: 'late' };
  expect(refused(await door.ask('POST', '/v1/accruals', late))).toEqual(REFUSED);
  const reversal = { body: { reason: 'a mistake' } };
  expect(refused(await door.ask('POST', `/v1/accruals/${done.id}/reversal`, reversal))).toEqual(REFUSED);
  const redemption = { body: { quoteId: json['id'] } };
  expect(refused(await door.ask('POST', '/v1/redemptions', redemption))).toEqual(REFUSED);
  const headers = { 'accept-language': 'zh' };
  expect((await door.ask('POST', '/v1/accruals', { ...late, headers })).json['detail']).toContain('已达上限');
  expect(await door.sql(`SELECT FROM idempotency_key WHERE key = 'late'`)).toEqual([]);
  const { limits } = await standingOf(door, 'northwind-air');
  expect(limits.backlog).toEqual({ waiting: LIMIT, limit: LIMIT });

  // Another scheme has room, and so has what is to be sent later.
  const { link: guest } = await linked(door, 'china-railway', 'backlog');
  expect((await accrue(door, guest)).status).toBe(202);
  expect((await accrue(door, link, { notBefore: '2099-01-01T00:00:00Z' })).status).toBe(202);

  expect((await act(door, 'northwind-air', 'resume', { key })).status).toBe(200);
  for (const id of waiting) await inState(door, id, 'posted');
  const again = await eventually(
    () => door.ask('POST', '/v1/accruals', late),
    ({ status }) => status === 202,
    { everyMs: 200 },
  );
  expect(again.headers.has('idempotency-replayed')).toBe(false);
  await inState(door, operationIn(again).id, 'posted');
});

it('what was answered is answered again, and each line of a batch is told by itself', async () => {
  const key = door.bench.keys.adminKey;
  await act(door, 'northwind-air', 'pause', { key });
  const lines = Array.from({ length: LIMIT + 3 }, (_, index) =>
    JSON.stringify({ idempotencyKey: `line-${index}`, linkId: link.id, activity: newTrip('northwind-air'), points: 5 }),
  );
  const send = async () => {
    const { text } = await door.ask('POST', '/v1/accruals/batch', { body: lines.join('\n'), idempotencyKey: null });
    const told = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: number; problem?: { code: string } });
    return told.map(({ status, problem }) => problem?.code ?? status);
  };
  // The same again: a count may be a moment old.
  const answers = await eventually(send, (told) => told.filter((one) => one === 202).length >= LIMIT, { everyMs: 300 });
  expect(answers.filter((one) => one === 'BACKLOG_FULL')).toHaveLength(3);
  expect(await send()).toEqual(answers);
  await act(door, 'northwind-air', 'resume', { key });
  await eventually(send, (told) => told.every((one) => one === 202), { everyMs: 300 });
});

it('a connection that cannot be opened takes no more than another: nothing of it is sent', async () => {
  await giveConnection(door, 'demo', 'northwind-air');
  await door.sql(`UPDATE connection SET settings = '{}' WHERE tenant_id IS NOT NULL`);
  await door.sql(
    'UPDATE link SET connection_id = (SELECT id FROM connection WHERE tenant_id IS NOT NULL) WHERE id = $1',
    [fromTypeId('lnk', link.id)],
  );
  for (let n = 0; n < LIMIT; n += 1) expect((await accrue(door, link)).status).toBe(202);
  expect(refused(await accrue(door, link))).toEqual(REFUSED);
});
