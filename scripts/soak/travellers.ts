import { adapterFor } from '../../adapters/index.js';
import type { Scheme } from '../../src/spec/scheme.js';
import type { Place } from './place.js';
import { control, createPlatform, type Platform } from './platform.js';

/** A member linked by a tenant, with the platform that acts for it. */
export interface Traveller {
  readonly tenant: string;
  readonly scheme: Scheme;
  readonly linkId: string;
  readonly platform: Platform;
  /** Whether its scheme gives anything for points. */
  readonly redeems: boolean;
}

interface Member {
  readonly memberNumber: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly form: Record<string, string>;
}

/** Of one scheme, for one tenant. */
const MEMBERS_EACH = 6;

/** Links some members of every scheme for every tenant, before any fault is played. */
export async function linkTravellers(place: Place, giveUp: AbortSignal): Promise<Traveller[]> {
  const linked: Traveller[] = [];
  for (const scheme of place.schemes) {
    const count = MEMBERS_EACH * place.tenants.length;
    const redeems = adapterFor(scheme).redemption !== undefined;
    const members = await control<Member[]>(place.sandboxUrl, 'POST', `${scheme.id}/members`, { count, seed: 7 });
    await Promise.all(
      place.tenants.map(async ({ name, platformKey }, index) => {
        const platform = createPlatform(place.baseUrl, platformKey, giveUp);
        const own = members.slice(index * MEMBERS_EACH, (index + 1) * MEMBERS_EACH);
        for (const member of own) {
          linked.push({ tenant: name, scheme, platform, linkId: await link(platform, scheme, member), redeems });
        }
      }),
    );
  }
  return linked;
}

async function link(platform: Platform, scheme: Scheme, member: Member): Promise<string> {
  const { memberNumber, familyName, givenName, form } = member;
  const { status, body } = await platform.post(
    '/v1/links',
    {
      scheme: scheme.id,
      memberNumber,
      holder: { familyName, givenName },
      form,
      travellerRef: `traveller-${memberNumber}`,
      consent: { basis: 'contract', grantedAt: '2026-01-01T00:00:00Z' },
    },
    `link-${scheme.id}-${memberNumber}`,
  );
  if (status !== 201) throw new Error(`a link at ${scheme.id} was answered ${status}: ${JSON.stringify(body)}`);
  return String(body['id']);
}
