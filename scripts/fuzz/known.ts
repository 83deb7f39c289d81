import type { Place, Tenant } from '../soak/place.js';
import { control, createPlatform } from '../soak/platform.js';
import { linkTravellers } from '../soak/travellers.js';
import { activityOf, rewardOf } from '../soak/activities.js';
import type { Known } from './requests.js';

const EACH = 4;

/** Makes some of everything that an id can name, so that right requests reach something. */
export async function makeKnown(place: Place, tenant: Tenant): Promise<Known> {
  const travellers = (await linkTravellers(place, new AbortController().signal)).filter(
    (one) => one.tenant === tenant.name,
  );
  const support = createPlatform(place.baseUrl, tenant.supportKey, new AbortController().signal);
  const known = new Map<string, string[]>();
  const keep = (body: Readonly<Record<string, unknown>>): string => {
    const id = String(body['id']);
    const prefix = id.slice(0, id.indexOf('_') + 1);
    known.set(prefix, [...(known.get(prefix) ?? []), id]);
    return id;
  };
  for (const [index, traveller] of travellers.entries()) {
    keep({ id: traveller.linkId });
    if (index >= EACH * place.schemes.length) continue;
    const { linkId, scheme, platform } = traveller;
    const made = await platform.post(
      '/v1/accruals',
      { linkId, activity: activityOf(scheme, 8_000_000 + index), points: 500 },
      `known-${index}`,
      { prefer: 'wait=10' },
    );
    keep(made.body);
    if (!traveller.redeems) continue;
    const quote = await platform.post(
      '/v1/quotes',
      { linkId, reward: rewardOf(scheme, index), points: 5 },
      `kq-${index}`,
    );
    keep(quote.body);
    keep(
      (await platform.post('/v1/redemptions', { quoteId: quote.body['id'] }, `kr-${index}`, { prefer: 'wait=5' })).body,
    );
  }
  for (const { id, settlement } of place.schemes) {
    if (settlement === undefined) continue;
    const [day] = (await control<{ id: string; businessDate: string }[]>(place.sandboxUrl, 'GET', 'schemes'))
      .filter((one) => one.id === id)
      .map(({ businessDate }) => businessDate);
    keep((await support.post('/v1/support/reconciliations', { scheme: id, businessDate: day }, `kn-${id}`)).body);
  }
  const scope = { linkId: travellers[0]?.linkId };
  keep((await support.post('/v1/support/resyncs', { scope, dryRun: true, reason: 'fuzz' }, 'known-resync')).body);
  const schemes = place.schemes.map(({ id }) => id);
  return (pattern) => {
    if (pattern.startsWith('^[a-z0-9]+(-')) return schemes;
    const prefixes = [...known.keys()].filter((prefix) => pattern.includes(prefix.slice(0, -1)));
    return prefixes.flatMap((prefix) => known.get(prefix) ?? []);
  };
}
