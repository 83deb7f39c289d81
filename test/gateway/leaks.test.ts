import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import type { SandboxMember } from '../support/gateway.js';
import { redisUrl } from '../support/redis.js';
import { leaksIn, spelt } from './canaries.js';
import { type Answered, SCHEMES, type SchemeId } from './door.js';
import { accrue, during, inState, type Link, linkBody, memberOf, membersOf, operationIn } from './requests.js';
import { push } from './supplier-push.js';
import { openWatchedGateway, type WatchedGateway } from './watched-gateway.js';

const redis = redisUrl();
const backends = [{ queue: 'PostgreSQL', url: null }, ...(redis === null ? [] : [{ queue: 'Redis', url: redis }])];
/** What an echo comes with: refusals inside and outside the tables, faults, and successes that are none. */
const ECHOES = [400, 401, 404, 409, 422, 429, 500, 503, 200, 201];

describe.each(backends)('no member number leaks, with the queue on $queue', ({ url }) => {
  const numbers: string[] = [];
  let gateway: WatchedGateway;
  beforeAll(async () => {
    gateway = await openWatchedGateway(url);
  });
  afterAll(() => gateway.close());

  it('in all that a gateway does', async () => {
    await Promise.all(SCHEMES.map((scheme) => throughEverything(scheme)));
    await gateway.noteTables();
    expect(leaksIn(numbers, gateway.seen)).toEqual([]);
  });

  it('when a supplier answers with what it was asked', async () => {
    const links = await Promise.all(
      SCHEMES.map(async (scheme) => {
        const { json } = await gateway.ask('GET', `/v1/travellers/canary-${scheme}`);
        return (json['links'] as [Link])[0];
      }),
    );
    gateway.supplier.echo(ECHOES);
    await Promise.all(links.flatMap((link) => ECHOES.map((_status, index) => askedOfEcho(link, index))));
    const unsent = (): Promise<object[]> =>
      gateway.sql("SELECT 1 FROM operation WHERE state = 'queued' AND attempts = 0");
    await eventually(unsent, (rows) => rows.length === 0);
    await gateway.noteTables();
    expect(leaksIn(numbers, gateway.seen)).toEqual([]);
    const statuses = await gateway.sql<{ status: number }>('SELECT DISTINCT status FROM attempt');
    expect(statuses.map(({ status }) => status)).toEqual(expect.arrayContaining([...ECHOES]));
    expect(gateway.seen.get('table public.attempt')).toContain('[redacted]');
  });

  it('though there was much to look through, and every spelling is found where it stands', async () => {
    const places = ['log', 'answers', 'table public.link', 'table public.operation', 'table public.inbound_event'];
    for (const place of [...places, ...(url === null ? [] : ['redis'])]) {
      expect([place, gateway.seen.get(place)?.trim() ?? '']).not.toEqual([place, '']);
    }
    const booking = await gateway.askUnwatched('GET', '/v1/travellers/canary-northwind-air?for=booking');
    expect(leaksIn(numbers, new Map([['booking', booking.text]]))).toContainEqual({
      place: 'booking',
      spelling: 'plain',
    });
    const found = [...spelt(numbers[0] ?? '')].map((text) => leaksIn(numbers, new Map([text])).length > 0);
    expect(found).toEqual(found.map(() => true));
  });

  async function throughEverything(scheme: SchemeId): Promise<void> {
    const [member, other] = await membersOf(gateway, scheme, 2);
    if (member === undefined || other === undefined) throw new Error('the sandbox made too few members');
    numbers.push(member.memberNumber, other.memberNumber);
    const link = await linking(scheme, member, other);
    const wait = { headers: { prefer: 'wait=10' } };
    const accrual = operationIn(await accrue(gateway, link, {}, wait));
    await reading(link, member);
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
    if (scheme === 'phoenix-miles') await pushing(accrual.reference, member);
  }

  /** Made, made again, taken, not the holder's, mistyped. */
  async function linking(scheme: SchemeId, member: SandboxMember, other: SandboxMember): Promise<Link> {
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

  async function reading(link: Link, { memberNumber }: SandboxMember): Promise<void> {
    const below = ['', '/account?maxAge=0', '/statement', '/timeline'].map((path) => `/v1/links/${link.id}${path}`);
    const odd = [`/v1/links/${memberNumber}`, `/v1/travellers/${memberNumber}`, `/v1/links?cursor=${memberNumber}`];
    for (const path of [...below, '/v1/links', '/v1/operations', `/v1/travellers/${link.travellerRef}`, ...odd]) {
      await gateway.ask('GET', path);
    }
  }

  /** Contradicting its operation, about nothing known, forged, and of no operation. */
  async function pushing(reference: string, { memberNumber }: SandboxMember): Promise<void> {
    const told = { type: 'accrual.posted', reference, supplierReference: 'CN1', memberNo: memberNumber, points: 7 };
    await push(gateway, 'phoenix-miles', { eventId: 'canary-1', ...told });
    await push(gateway, 'phoenix-miles', { eventId: 'canary-2', ...told, reference: '19000000000000000009' });
    await push(gateway, 'phoenix-miles', { eventId: 'canary-3', ...told }, { key: 'another key altogether' });
    await push(gateway, 'phoenix-miles', { eventId: 'canary-4', type: 'member.changed', memberNo: memberNumber });
  }

  async function askedOfEcho(link: Link, index: number): Promise<void> {
    const scheme = link.scheme as SchemeId;
    const stranger = await memberOf(gateway, scheme);
    numbers.push(stranger.memberNumber);
    await Promise.all([
      accrue(gateway, link),
      gateway.ask('GET', `/v1/links/${link.id}/account?maxAge=0`),
      gateway.ask('GET', `/v1/links/${link.id}/statement`),
      gateway.ask('POST', '/v1/links', { body: linkBody(scheme, stranger, `echo-${scheme}-${index}`) }),
    ]);
  }
});
