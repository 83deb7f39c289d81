import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closedSets } from '../../src/observe/labels.js';
import { masterKeyFromBytes } from '../../src/privacy/master-key.js';
import { createSettlementVault } from '../../src/privacy/settlement-vault.js';
import { strayLabels } from '../observe/stray-labels.js';
import { testMasterKey } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { redisUrl } from '../support/redis.js';
import { backInService } from './back-in-service.js';
import { leaksIn, spelt } from './canaries.js';
import { SCHEMES, type SchemeId } from './door.js';
import { throughTheDesk } from './leaks-desk.js';
import { throughEverything } from './leaks-walk.js';
import { accrue, type Link, linkBody, memberOf } from './requests.js';
import { openDate, RECONCILIATIONS, RESYNCS } from './support-desk.js';
import { openWatchedGateway, ROUTES, type WatchedGateway } from './watched-gateway.js';

/** What an echo comes with: refusals inside and outside the tables, faults, and successes that are none. */
const ECHOES = [400, 401, 404, 409, 422, 429, 500, 503, 200, 201];

/** Has every line that reconciliation stages stay where it is looked for: a run leaves none behind. */
const STAGED_LINES_STAY = `
  CREATE TABLE staged_line (LIKE recon_line);
  CREATE FUNCTION keep_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN INSERT INTO staged_line SELECT NEW.*; RETURN NEW; END';
  CREATE TRIGGER keep_line AFTER INSERT ON recon_line FOR EACH ROW EXECUTE FUNCTION keep_line()`;
const GZIP = 0x1f;

/** A gateway over one of the queues, and the member numbers that it has been told. */
interface Watched {
  readonly queue: 'PostgreSQL' | 'Redis';
  readonly gateway: WatchedGateway;
  readonly numbers: string[];
}

/** One over each queue. What they do is mostly waiting, so that they do it side by side. */
const all: Watched[] = [];
beforeAll(async () => {
  const redis = redisUrl();
  const queues = [['PostgreSQL', null] as const, ...(redis === null ? [] : [['Redis', redis] as const])];
  for (const [queue, url] of queues) {
    const gateway = await openWatchedGateway(url);
    all.push({ queue, gateway, numbers: [] });
    await gateway.sql(STAGED_LINES_STAY);
  }
});
afterAll(() => Promise.all(all.map(({ gateway }) => gateway.close())));

const each = (act: (watched: Watched) => Promise<void>): Promise<unknown> => Promise.all(all.map(act));

async function expectNoLeak({ queue, gateway, numbers }: Watched): Promise<void> {
  await gateway.noteTables();
  expect([queue, leaksIn(numbers, gateway.seen)]).toEqual([queue, []]);
}

describe('no member number leaks', () => {
  it('in all that a gateway does', async () => {
    await each(async (watched) => {
      const { gateway, numbers } = watched;
      const walks = SCHEMES.map(async (scheme) => {
        numbers.push(...(await throughEverything(gateway, scheme)));
        if (scheme === 'china-railway') numbers.push(...(await throughTheDesk(gateway)));
      });
      await Promise.all(walks);
      await expectNoLeak(watched);
    });
  }, 120_000);

  it('when a supplier answers with what it was asked', async () => {
    await each(async (watched) => {
      const { gateway } = watched;
      const links = await Promise.all(
        SCHEMES.map(async (scheme) => {
          const { json } = await gateway.ask('GET', `/v1/travellers/canary-${scheme}`);
          return (json['links'] as [Link])[0];
        }),
      );
      gateway.supplier.echo(ECHOES);
      await Promise.all(links.flatMap((link) => ECHOES.map((_status, index) => askedOfEcho(watched, link, index))));
      await eventually(
        () => unheard(gateway),
        (left) => left.length === 0,
        { withinMs: 60_000, everyMs: 1_000 },
      );
      await expectNoLeak(watched);
      expect(gateway.seen.get('table public.attempt')).toContain('[redacted]');
    });
  }, 90_000);

  it('though what suppliers settle names them all: it is kept sealed', () =>
    each(async ({ gateway, numbers }) => {
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
      const named = opened.filter(([, text]) => leaksIn(numbers, new Map([['file', text]])).length > 0);
      expect([...new Set(named.map(([scheme]) => scheme))].sort()).toEqual([...SCHEMES].sort());
    }));

  it('nor anything else that is not in a closed set, into a label of a metric', () => {
    for (const { gateway } of all) {
      const metrics = gateway.seen.get('metrics') ?? '';
      expect(strayLabels(metrics, closedSets(SCHEMES, ROUTES), ['watched'])).toEqual([]);
      for (const name of ['attempts_total', 'operations', 'operations_ended_total', 'posted_seconds_count']) {
        expect(metrics).toMatch(new RegExp(`^interline_${name}\\{scheme="northwind-air"`, 'm'));
      }
      expect(metrics).toMatch(/^interline_http_requests_total\{route="\/v1\/accruals",method="POST",status="2xx"/m);
    }
  });

  it('though there was much to look through, and every spelling is found where it stands', () =>
    each(async ({ queue, gateway, numbers }) => {
      const places = ['log', 'answers', 'metrics', ...TABLES.map((table) => `table public.${table}`)];
      for (const place of [...places, ...(queue === 'Redis' ? ['redis'] : ['table bullmq.job'])]) {
        expect([place, gateway.seen.get(place)?.trim() ?? '']).not.toEqual([place, '']);
      }
      const ended = await gateway.sql<{ ended: string }>(
        `SELECT DISTINCT kind || ' ' || state AS ended FROM operation`,
      );
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
    }));
});

/** Where something must have stood, or nothing was looked through. */
const TABLES = [
  ...['link', 'operation', 'attempt', 'event', 'audit', 'inbound_event', 'quote', 'reservation', 'idempotency_key'],
  ...['recon_run', 'recon_input', 'staged_line', 'recon_item', 'break', 'recon_sign_off', 'resync', 'resync_item'],
  ...['approval', 'requeue', 'requeue_item', 'connection', 'incident'],
];

/** The operations that have not been sent yet and the statuses that no attempt has met, while connections are brought back again. */
async function unheard(gateway: WatchedGateway): Promise<unknown[]> {
  const unsent = await gateway.sql("SELECT id FROM operation WHERE state = 'queued' AND attempts = 0");
  const met = await gateway.sql<{ status: number }>('SELECT DISTINCT status FROM attempt');
  // Refused credentials take a connection out of service, and so many faults open its breaker.
  await backInService(gateway);
  return [...unsent, ...ECHOES.filter((echo) => !met.some(({ status }) => status === echo))];
}

async function askedOfEcho({ gateway, numbers }: Watched, link: Link, index: number): Promise<void> {
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
