import { randomUUID } from 'node:crypto';
import { seededTenantId } from '../../src/compose/seed.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { activityFor, rewardFor } from '../../test/support/travellers.js';
import type { Place, Tenant } from '../soak/place.js';
import { control, createPlatform, type Platform } from '../soak/platform.js';
import { linkTravellers, type Traveller } from '../soak/travellers.js';
import type { Known } from './requests.js';

type Body = Readonly<Record<string, unknown>>;
type Keep = (body: Body) => string;

interface Member {
  readonly memberNumber: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly form: Readonly<Record<string, string>>;
}

const REASON = 'fuzz';
/** Trips of accruals that nobody asks for again. */
const TRIPS_FROM = 8_000_000;

/** Makes some of everything that an id can name, so that right requests reach something. `other` owns what administration may change. */
export async function makeKnown(place: Place, tenant: Tenant, other: Tenant, giveUp: AbortSignal): Promise<Known> {
  const ids = new Map<string, string[]>();
  const keep: Keep = (body) => {
    const id = String(body['id']);
    const prefix = id.slice(0, id.indexOf('_'));
    ids.set(prefix, [...(ids.get(prefix) ?? []), id]);
    return id;
  };
  const travellers = (await linkTravellers(place, giveUp)).filter((one) => one.tenant === tenant.name);
  for (const [index, traveller] of travellers.entries()) await journey(traveller, index, keep);
  const support = createPlatform(place.baseUrl, tenant.supportKey, giveUp);
  await closedDays(place, support, keep);
  const linkId = travellers[0]?.linkId;
  const looks = {
    action: 'look-up',
    dryRun: true,
    reason: REASON,
    scope: { operationIds: ids.get('op')?.slice(0, 3) },
  };
  const resync = { scope: { linkId }, dryRun: true, reason: REASON };
  keep((await support.post('/v1/support/resyncs', resync, 'known-resync')).body);
  keep((await support.post('/v1/support/requeues', looks, 'known-requeue')).body);
  keep({ id: toTypeId('ten', seededTenantId(other.name)) });
  keep(await ownConnection(place, other, giveUp));
  const schemes = place.schemes.map(({ id }) => id);
  const bodies: Readonly<Record<string, readonly Body[]>> = {
    ...(await wishes(place, travellers)),
    createRequeue: [looks],
    createResync: [resync],
    actOnOperation: [{ action: 'look-up', reason: REASON }],
    updateConnection: (['paused', 'live'] as const).map((state) => ({ state, reason: REASON })),
  };
  return {
    values: (pattern) => {
      if (pattern.startsWith('^[a-z0-9]+(-')) return schemes;
      const prefixes = [...ids.keys()].filter((prefix) => pattern.includes(`${prefix}_`));
      return prefixes.flatMap((prefix) => ids.get(prefix) ?? []);
    },
    bodies: (operation) => bodies[operation] ?? [],
  };
}

/** What platforms may well ask for, by operation: members who are not linked yet, trips, and rewards with quotes for them. */
async function wishes(place: Place, travellers: readonly Traveller[]): Promise<Record<string, readonly Body[]>> {
  const createLink: Body[] = [];
  for (const { id } of place.schemes) {
    const members = await control<Member[]>(place.sandboxUrl, 'POST', `${id}/members`, { count: 5 });
    for (const { memberNumber, familyName, givenName, form } of members) {
      const consent = { basis: 'contract', grantedAt: '2026-01-01T00:00:00Z' };
      const travellerRef = `traveller-${memberNumber}`;
      createLink.push({ scheme: id, memberNumber, holder: { familyName, givenName }, form, travellerRef, consent });
    }
  }
  const createAccrual = travellers.map(({ linkId, scheme }, index) => ({
    linkId,
    activity: activityFor(scheme.id, TRIPS_FROM + 1_000 + index),
    points: 100,
  }));
  const createQuote = travellers
    .filter(({ redeems }) => redeems)
    .map(({ linkId, scheme }) => ({ linkId, reward: rewardFor(scheme.id), points: 5 }));
  const quoted = await Promise.all(
    travellers.map(async ({ platform, redeems, linkId }, index) => {
      const wish = createQuote.find((one) => one.linkId === linkId);
      return redeems && wish !== undefined ? platform.post('/v1/quotes', wish, `known-wish-${index}`) : null;
    }),
  );
  const createRedemption = quoted.flatMap((quote) => (quote?.status === 201 ? [{ quoteId: quote.body['id'] }] : []));
  return { createLink, createAccrual, createQuote, createRedemption };
}

/** A link with an accrual and, where the scheme gives anything for points, a redemption. */
async function journey({ linkId, scheme, platform, redeems }: Traveller, index: number, keep: Keep): Promise<void> {
  keep({ id: linkId });
  const accrual = { linkId, activity: activityFor(scheme.id, TRIPS_FROM + index), points: 500 };
  keep((await platform.post('/v1/accruals', accrual, `known-${index}`, { prefer: 'wait=10' })).body);
  if (!redeems) return;
  const reward = { linkId, reward: rewardFor(scheme.id), points: 5 };
  const { body: quote } = await platform.post('/v1/quotes', reward, `known-quote-${index}`);
  keep(quote);
  const redemption = { quoteId: quote['id'] };
  keep((await platform.post('/v1/redemptions', redemption, `known-redemption-${index}`, { prefer: 'wait=5' })).body);
}

/** Has every supplier's day closed with a line too many, and reconciled: runs, and breaks where the scheme settles by file. */
async function closedDays(place: Place, support: Platform, keep: Keep): Promise<void> {
  const played = await control<{ id: string; businessDate: string }[]>(place.sandboxUrl, 'GET', 'schemes');
  for (const { id, settlement } of place.schemes) {
    const businessDate = played.find((one) => one.id === id)?.businessDate;
    if (settlement === undefined || businessDate === undefined) continue;
    await control(place.sandboxUrl, 'POST', `${id}/mischief`, { kind: 'extra-line', count: 1, businessDate });
    await control(place.sandboxUrl, 'POST', `${id}/close-day`, { businessDate });
    const run = keep((await support.post('/v1/support/reconciliations', { scheme: id, businessDate }, id)).body);
    await rested(support, run);
    const { body } = await support.get(`/v1/support/reconciliations/${run}/breaks`);
    for (const one of body['items'] as Body[]) keep(one);
  }
}

async function rested(support: Platform, run: string): Promise<void> {
  const until = performance.now() + 60_000;
  for (;;) {
    const { body } = await support.get(`/v1/support/reconciliations/${run}`);
    if (['completed', 'quarantined', 'failed'].includes(String(body['state']))) return;
    if (performance.now() > until) throw new Error(`${run} stayed ${String(body['state'])}`);
  }
}

/** What administration may change without anybody else's suffering from it. */
async function ownConnection(place: Place, { name }: Tenant, giveUp: AbortSignal): Promise<Body> {
  const admin = createPlatform(place.baseUrl, place.adminKey, giveUp);
  const { body: all } = await admin.get('/v1/admin/connections');
  const [shared] = (all['items'] as Body[]).filter(({ scheme }) => scheme === 'china-railway');
  const tenantId = toTypeId('ten', seededTenantId(name));
  const secrets = place.schemes.find(({ id }) => id === 'china-railway')?.sandbox?.secrets ?? {};
  const settings = shared?.['settings'];
  const connection = { scheme: 'china-railway', tenantId, settings, secrets, timing: 'fast', reason: REASON };
  const made = await admin.post('/v1/admin/connections', connection, `known-${randomUUID()}`);
  if (made.status !== 201) throw new Error(`a connection was answered ${made.status}: ${JSON.stringify(made.body)}`);
  return made.body;
}
