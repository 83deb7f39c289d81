import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import type { SandboxMember } from '../support/gateway.js';
import { backInService } from './back-in-service.js';
import { leaksIn } from './canaries.js';
import { type Answered, SCHEMES, type SchemeId } from './door.js';
import { linkBody, membersOf, newTrip } from './requests.js';
import { closeDay, reconciled } from './support-desk.js';
import { openWatchedGateway, type WatchedGateway } from './watched-gateway.js';

/** How many numbers there are: a thousand by `npm run canaries`, fewer among all other tests. */
const CANARIES = Number(process.env['CANARIES'] ?? 80);
const OF_EACH_SCHEME = CANARIES / SCHEMES.length;
const AT_ONCE = 8;
/** Of those in each scheme whose trips are posted while suppliers misbehave: the way of one number through that is every number's. */
const TRAVELLING = Math.min(40, OF_EACH_SCHEME);
const FAULTS = [
  ...['commitThenDrop', 'dropBeforeCommit', 'errorBeforeCommit', 'errorAfterCommit', 'garbage', 'wrongEcho'],
  ...['skewedClock', 'duplicateNotification', 'forgeNotification'],
];

interface Canary {
  readonly scheme: SchemeId;
  readonly member: SandboxMember;
  readonly travellerRef: string;
}

let gateway: WatchedGateway;
beforeAll(async () => {
  gateway = await openWatchedGateway(null);
});
afterAll(() => gateway.close());

it(`${CANARIES} member numbers are nowhere but where they may be shown`, async () => {
  const canaries = (await Promise.all(SCHEMES.map(canariesOf))).flat();
  const numbers = canaries.map(({ member }) => member.memberNumber);
  expect(new Set(numbers).size).toBe(CANARIES);

  const links = await fewAtOnce(canaries, linkOf);
  await travelling(canaries, links);
  await fewAtOnce(numbers, misplaced);
  await Promise.all(SCHEMES.map(closing));

  await gateway.noteTables();
  expect(leaksIn(numbers, gateway.seen)).toEqual([]);
  const places = ['link', 'operation', 'attempt', 'recon_item', 'idempotency_key'];
  for (const place of ['log', 'answers', 'metrics', ...places.map((table) => `table public.${table}`)]) {
    expect([place, gateway.seen.get(place)?.trim() ?? '']).not.toEqual([place, '']);
  }
  const shown = await fewAtOnce([...new Set(canaries.map(({ travellerRef }) => travellerRef))], (ref) =>
    gateway.askUnwatched('GET', `/v1/travellers/${ref}?for=booking`),
  );
  const told = shown.flatMap(({ json }) => json['links'] as { memberNumber: string }[]);
  expect(told.map(({ memberNumber }) => memberNumber).sort()).toEqual([...numbers].sort());
}, 600_000);

async function canariesOf(scheme: SchemeId): Promise<Canary[]> {
  const members = await membersOf(gateway, scheme, OF_EACH_SCHEME);
  return members.map((member, index) => ({ scheme, member, travellerRef: `canary-${index}` }));
}

/** Asked again for as long as the supplier is too slow to say. */
async function linkOf({ scheme, member, travellerRef }: Canary): Promise<string> {
  const body = linkBody(scheme, member, travellerRef);
  const { json } = await eventually(
    () => gateway.ask('POST', '/v1/links', { body }),
    ({ status, json: link }) => (status === 200 || status === 201) && link['state'] === 'active',
  );
  return String(json['id']);
}

async function fewAtOnce<In, Out>(items: readonly In[], act: (item: In) => Promise<Out>): Promise<Out[]> {
  const done: Out[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    done.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(act))));
  }
  return done;
}

/** Trips while suppliers misbehave, until every one has met its supplier. */
async function travelling(canaries: readonly Canary[], links: readonly string[]): Promise<void> {
  const rates = Object.fromEntries(FAULTS.map((fault) => [fault, 0.05]));
  for (const scheme of SCHEMES) await gateway.sandbox.put(`${scheme}/faults`, { seed: 1, rates });
  for (const scheme of SCHEMES) {
    const lines = canaries.flatMap((canary, index) =>
      canary.scheme === scheme
        ? [{ idempotencyKey: `trip-${index}`, linkId: links[index], activity: newTrip(scheme), points: 10 }]
        : [],
    );
    const travelling = lines.slice(0, TRAVELLING);
    const body = travelling.map((line) => `${JSON.stringify(line)}\n`).join('');
    const { status, text } = await gateway.ask('POST', '/v1/accruals/batch', { body, idempotencyKey: null });
    expect([status, text.match(/"status":202/g)?.length]).toEqual([200, TRAVELLING]);
  }
  // While wake-ups wait in the queue.
  await gateway.noteTables();
  await eventually(unmet, (left) => left.length === 0, { withinMs: 60_000, everyMs: 1_000 });
  for (const scheme of SCHEMES) await gateway.sandbox.delete(`${scheme}/faults`);
}

async function unmet(): Promise<object[]> {
  // So many faults open breakers.
  await backInService(gateway);
  return gateway.sql('SELECT id FROM operation WHERE attempts = 0 LIMIT 1');
}

/** Where a number stands by right and is kept nowhere, and where it is taken for something else. */
async function misplaced(number: string): Promise<void> {
  const asked: readonly [number, Promise<Answered>][] = [
    [200, gateway.ask('POST', '/v1/support/search', { body: { query: number } })],
    [404, gateway.ask('GET', `/v1/links/${number}`)],
  ];
  for (const [status, answer] of asked) expect((await answer).status).toBe(status);
}

/** A day that the supplier has settled, with what it found. */
async function closing(scheme: SchemeId): Promise<void> {
  const businessDate = await closeDay(gateway, scheme);
  const run = await reconciled(gateway, scheme, businessDate, {});
  expect([run.state, run.counts.lines > TRAVELLING / 2]).toEqual(['completed', true]);
  await gateway.ask('GET', `/v1/support/reconciliations/${run.id}/breaks?limit=200`);
}
