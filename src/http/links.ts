import type { CreateLink, Links } from '../core/link/links.js';
import { holderFromShort } from '../core/link/holder.js';
import type { Holder } from '../spec/values.js';
import type { components } from '../../contracts/generated/gateway.js';
import { uuidOf } from './ids.js';
import { checkLink } from './meaning.js';
import { pageOf } from './page.js';
import { settledLink } from './prefer.js';
import { serveCreation, serveView, type Door } from './route.js';

/** What the contract states as the default of `maxAge`, in seconds. */
export const DEFAULT_MAX_AGE = 300;

type LinkRequest = components['schemas']['LinkRequest'];

/** `/v1/links` and what hangs below a link. */
export function linkRoutes(door: Door, links: Links): void {
  serveCreation(
    door,
    'createLink',
    async ({ caller, language, body, request }) => {
      checkLink(body, language);
      return links.create(caller, createLink(body), request);
    },
    ({ caller }, answer, wait) => settledLink(links, caller, answer, wait),
  );
  serveView(door, 'listLinks', ({ caller, query }) => {
    const { travellerRef, scheme, state, organisation } = query;
    return links.list(caller, { travellerRef, scheme, state, organisation }, pageOf(query));
  });
  serveView(door, 'getLink', ({ caller, param }) => links.get(caller, uuidOf('lnk', param('id'))));
  serveView(door, 'getAccount', ({ caller, param, query }) =>
    links.account(caller, uuidOf('lnk', param('id')), query.maxAge ?? DEFAULT_MAX_AGE),
  );
  serveView(door, 'getStatement', async ({ caller, param, query }) => {
    const items = await links.statement(caller, uuidOf('lnk', param('id')), query.since);
    return { items, next: null };
  });
  serveView(door, 'getTimeline', ({ caller, param, query }) =>
    links.timeline(caller, uuidOf('lnk', param('id')), pageOf(query)),
  );
}

/** The use case's input; `returnUrl` and `surface` belong to schemes that verify on a page of their own, of which there are none. */
function createLink(body: LinkRequest): CreateLink {
  const { scheme, memberNumber, form = {}, travellerRef, organisation, consent, clientReference, metadata = {} } = body;
  const holder = holderOf(body.holder);
  return { scheme, memberNumber, holder, form, travellerRef, organisation, consent, clientReference, metadata };
}

function holderOf({ names, familyName, givenName, document }: LinkRequest['holder']): Holder {
  const named = names === undefined ? holderFromShort(familyName ?? '', givenName) : { names };
  return { ...named, document };
}
