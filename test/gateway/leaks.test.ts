import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closedSets } from '../../src/observe/labels.js';
import { masterKeyFromBytes } from '../../src/privacy/master-key.js';
import { createSettlementVault } from '../../src/privacy/settlement-vault.js';
import { strayLabels } from '../observe/stray-labels.js';
import { testMasterKey } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import type { SandboxMember } from '../support/gateway.js';
import { redisUrl } from '../support/redis.js';
import { rewardFor } from '../support/travellers.js';
import { backInService } from './back-in-service.js';
import { leaksIn, spelt } from './canaries.js';
import { type Answered, SCHEMES, type SchemeId } from './door.js';
import { accrue, during, inState, type Link, linkBody, memberOf, membersOf, operationIn } from './requests.js';
import { push } from './supplier-push.js';
import { actOn, breaksOf, closeDay, MISCHIEF, openDate, plant, RECONCILIATIONS } from './support-desk.js';
import { reconciled, resynced, RESYNCS } from './support-desk.js';
import { openWatchedGateway, ROUTES, type WatchedGateway } from './watched-gateway.js';

const redis = redisUrl();
const backends = [{ queue: 'PostgreSQL', url: null }, ...(redis === null ? [] : [{ queue: 'Redis', url: redis }])];
/** What an echo comes with: refusals inside and outside the tables, faults, and successes that are none. */
const ECHOES = [400, 401, 404, 409, 422, 429, 500, 503, 200, 201];

/** Has every line that reconciliation stages stay where it is looked for: a run leaves none behind. */
const STAGED_LINES_STAY = `
  CREATE TABLE staged_line (LIKE recon_line);
  CREATE FUNCTION keep_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN INSERT INTO staged_line SELECT NEW.*; RETURN NEW; END';
  CREATE TRIGGER keep_line AFTER INSERT ON recon_line FOR EACH ROW EXECUTE FUNCTION keep_line()`;
const GZIP = 0x1f;
const ACTS = {
  'look-up': { action: 'look-up', reason: 'canary' },
  assign: { action: 'assign', reason: 'canary', owner: 'ops-7' },
  resolve: { action: 'resolve', reason: 'canary' },
};

describe.each(backends)('no member number leaks, with the queue on $queue', ({ url }) => {
  const numbers: string[] = [];
  let gateway: WatchedGateway;
  beforeAll(async () => {
    gateway = await openWatchedGateway(url);
    await gateway.sql(STAGED_LINES_STAY);
  });
  afterAll(() => gateway.close());

  it('in all that a gateway does', async () => {
    await Promise.all(SCHEMES.map((scheme) => throughEverything(scheme)));
    await gateway.noteTables();
    expect(leaksIn(numbers, gateway.seen)).toEqual([]);
  }, 120_000);

  it('when a supplier answers with what it was asked', async () => {
    const links = await Promise.all(
      SCHEMES.map(async (scheme) => {
        const { json } = await gateway.ask('GET', `/v1/travellers/canary-${scheme}`);
        return (json['links'] as [Link])[0];
      }),
    );
    gateway.supplier.echo(ECHOES);
    await Promise.all(links.flatMap((link) => ECHOES.map((_status, index) => askedOfEcho(link, index))));
    await eventually(unheard, (left) => left.length === 0, { withinMs: 60_000, everyMs: 2_000 });
    await gateway.noteTables();
    expect(leaksIn(numbers, gateway.seen)).toEqual([]);
    expect(gateway.seen.get('table public.attempt')).toContain('[redacted]');
  }, 90_000);

  it('though what suppliers settle names them all: it is kept sealed', async () => {
    const kept = await gateway.sql<{
      run_id: string;
      scheme: string;
      sealed: Buffer;
      version: number;
      wrapped: Buffer;
    }>(
      `SELECT i.run_id, r.scheme, i.sealed, k.version, k.wrapped FROM recon_input i JOIN recon_run r ON r.id = i.run_id
         JOIN data_key k ON k.tenant_id = i.tenant_id WHERE r.state = 'completed'`,
    );
    const vault = createSettlementVault(masterKeyFromBytes(testMasterKey()));
    const opened = kept.map(({ run_id, scheme, sealed, version, wrapped }) => {
      const bytes = vault.open({ version, wrapped }, run_id, sealed);
      expect(sealed.includes(bytes)).toBe(false);
      return [scheme, (bytes[0] === GZIP ? gunzipSync(bytes) : bytes).toString('utf8')] as const;
    });
    const named = leaksIn(numbers, new Map(opened)).filter(({ spelling }) => spelling === 'plain');
    expect([...new Set(named.map(({ place }) => place))].sort()).toEqual([...SCHEMES].sort());
  });

  it('nor anything else that is not in a closed set, into a label of a metric', () => {
    const metrics = gateway.seen.get('metrics') ?? '';
    expect(strayLabels(metrics, closedSets(SCHEMES, ROUTES), ['watched'])).toEqual([]);
    for (const name of ['attempts_total', 'operations', 'operations_ended_total', 'posted_seconds_count']) {
      expect(metrics).toMatch(new RegExp(`^interline_${name}\\{scheme="northwind-air"`, 'm'));
    }
    expect(metrics).toMatch(/^interline_http_requests_total\{route="\/v1\/accruals",method="POST",status="2xx"/m);
  });

  it('though there was much to look through, and every spelling is found where it stands', async () => {
    const tables = ['link', 'operation', 'attempt', 'event', 'audit', 'inbound_event', 'quote', 'reservation'];
    const desk = ['recon_run', 'recon_input', 'staged_line', 'recon_item', 'break', 'recon_sign_off', 'resync'];
    const places = [
      'log',
      'answers',
      'metrics',
      ...[...tables, ...desk, 'resync_item'].map((table) => `table public.${table}`),
    ];
    for (const place of [...places, ...(url === null ? [] : ['redis'])]) {
      expect([place, gateway.seen.get(place)?.trim() ?? '']).not.toEqual([place, '']);
    }
    const ended = await gateway.sql<{ ended: string }>(`SELECT DISTINCT kind || ' ' || state AS ended FROM operation`);
    expect(ended.map((one) => one.ended)).toEqual(
      expect.arrayContaining(['redemption confirmed', 'redemption released', 'refund posted', 'reversal posted']),
    );
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
    await spending(link);
    await settling(link, other);
    await misnaming(member);
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

  /** Spent, let go, lost on the way and given back, as far as the scheme sells anything. */
  async function spending(link: Link): Promise<void> {
    const scheme = link.scheme as SchemeId;
    const wait = { headers: { prefer: 'wait=10' } };
    await accrue(gateway, link, { points: 20_000 }, wait);
    const redeem = async (): Promise<string> => {
      const quote = { linkId: link.id, reward: rewardFor(scheme), points: 1_000 };
      const quoteId = (await gateway.ask('POST', '/v1/quotes', { body: quote })).json['id'];
      return String((await gateway.ask('POST', '/v1/redemptions', { ...wait, body: { quoteId } })).json['id']);
    };
    const act = (id: string, what: string, body: object = {}): Promise<Answered> =>
      gateway.ask('POST', `/v1/redemptions/${id}/${what}`, { ...wait, body });
    const confirmed = await redeem();
    await act(confirmed, 'confirm');
    await act(confirmed, 'refund', { reason: 'canary' });
    await act(await redeem(), 'release');
    const held = await redeem();
    await during(gateway, scheme, 'commitThenDrop', async () => {
      const { status } = await gateway.ask('POST', `/v1/redemptions/${held}/confirm`, { body: {} });
      if (status === 202) await inState(gateway, held, 'unknown');
    });
  }

  /** A day in which both sides agree in nothing: not believed, believed, disputed, looked at again, signed off. */
  async function settling(link: Link, stranger: SandboxMember): Promise<void> {
    const scheme = link.scheme as SchemeId;
    const privately = { memberNumber: stranger.memberNumber, points: 70, activity: { type: 'other' } };
    await gateway.sandbox.post(`${scheme}/activity`, privately);
    const businessDate = await openDate(gateway, scheme);
    await closeDay(gateway, scheme);
    for (const kind of MISCHIEF) await plant(gateway, scheme, kind, businessDate);
    const wrong = await during(gateway, scheme, 'wrongEcho', () => reconciled(gateway, scheme, businessDate, {}));
    const run = await reconciled(gateway, scheme, businessDate, {});
    expect([wrong.state, run.state, run.openBreaks > 0]).toEqual(['quarantined', 'completed', true]);
    for (const { id, actions } of await breaksOf(gateway, run.id, { headers: { 'accept-language': 'zh' } })) {
      for (const action of actions) await actOn(gateway, id, ACTS[action], {});
    }
    await gateway.ask('POST', `${RECONCILIATIONS}/${run.id}/sign-off`, { body: { reason: 'canary' } });
    for (const dryRun of [true, false]) await resynced(gateway, { scope: { linkId: link.id }, dryRun }, {});
  }

  /** The number where something else belongs. */
  async function misnaming({ memberNumber }: SandboxMember): Promise<void> {
    const today = '2026-01-01';
    for (const [path, body] of [
      ['/v1/quotes', { linkId: memberNumber, reward: rewardFor('northwind-air'), points: 1 }],
      ['/v1/redemptions', { quoteId: memberNumber }],
      [`/v1/redemptions/${memberNumber}/confirm`, {}],
      [RECONCILIATIONS, { scheme: memberNumber.toLowerCase(), businessDate: today }],
      [RECONCILIATIONS, { scheme: 'china-railway', businessDate: memberNumber }],
      [`${RECONCILIATIONS}/${memberNumber}/sign-off`, { reason: 'canary' }],
      [`/v1/support/breaks/${memberNumber}/actions`, ACTS.resolve],
      [RESYNCS, { scope: { linkId: memberNumber }, reason: 'canary' }],
      [RESYNCS, { scope: { operationIds: [memberNumber] }, reason: 'canary' }],
    ] as const) {
      const { status } = await gateway.ask('POST', path, { body });
      expect([path, [404, 422].includes(status)]).toEqual([path, true]);
    }
    for (const path of [RECONCILIATIONS, RESYNCS]) await gateway.ask('GET', `${path}/${memberNumber}`);
  }

  /** The operations that have not been sent yet and the statuses that no attempt has met, while connections are brought back again. */
  async function unheard(): Promise<unknown[]> {
    const unsent = await gateway.sql("SELECT id FROM operation WHERE state = 'queued' AND attempts = 0");
    const met = await gateway.sql<{ status: number }>('SELECT DISTINCT status FROM attempt');
    // Refused credentials take a connection out of service, and so many faults open its breaker.
    await backInService(gateway);
    return [...unsent, ...ECHOES.filter((echo) => !met.some(({ status }) => status === echo))];
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
      gateway.ask('POST', RESYNCS, { body: { scope: { linkId: link.id }, reason: 'canary' } }),
      gateway.ask('POST', RECONCILIATIONS, { body: { scheme, businessDate: await openDate(gateway, scheme) } }),
    ]);
  }
});
