import express from 'express';
import type { SandboxScheme } from '../engine/scheme-file.js';
import { Field } from '../engine/shape.js';
import type { Handler, Parts, Platform, Play } from '../platform.js';
import { exception } from './exception.js';
import { loyaltyListing } from './loyalty-listing.js';
import { openMemberships } from './memberships.js';
import { openGate } from './oauth.js';
import { pointsToExpire } from './points-to-expire.js';
import { statistics } from './statistics.js';
import { postTransaction } from './transactions.js';

const API = '/crm/v1';
/** No document of the supplier names the path of its reporting API. */
const GRAPHQL_PATH = '/rna/v1/graphql';
/** How long a transaction stays invisible to the statistics: no contract says, an eventual look-up is the cautious reading. */
const LOOKUP_LAG_MS = 3_000;

/** Oracle Hospitality's OPERA Cloud, the loyalty operations of its `crm` API (OHIP, OPERA 25.5) behind OAuth 2. */
export const operaCloud: Platform = {
  adapter: 'opera-cloud',
  open: openOperaCloud,
  throttled: (headers) => ({ ...exception(429, 'THROTTLED', 'The burst limit is reached'), headers }),
};

function openOperaCloud(scheme: SandboxScheme, parts: Parts): Play {
  const gate = openGate(scheme, parts.clock, exception);
  const lag = new Field(scheme.behaviour).at('lookupLagMs').optional((field) => field.whole({ min: 0 }));
  const hotel = {
    hotelId: new Field(scheme.settings, '/settings').at('hotelId').text(),
    membershipType: new Field(scheme.settings, '/settings').at('membershipType').text({ max: 20 }),
    zone: scheme.zone,
    lookupLagMs: lag ?? LOOKUP_LAG_MS,
  };
  const memberships = openMemberships(parts, hotel);
  const serve = (handler: Handler) => parts.serve((request) => gate.refusal(request) ?? handler(request));

  const router = express.Router();
  router.post(
    '/oauth/v1/tokens',
    parts.serve((request) => gate.issue(request)),
  );
  router.get(
    `${API}/membershipsCard/:membershipCardNo/membershipType/:membershipCardType/transactions`,
    serve(memberships.summaryByCard),
  );
  router.get(`${API}/profiles/:profileId/memberships/info`, serve(memberships.info));
  router.get(`${API}/memberships/:membershipId/pointsToExpire`, serve(pointsToExpire(parts, memberships, hotel)));
  router.post(`${API}/memberships/:membershipId/transactions`, serve(postTransaction(parts, memberships, hotel)));
  router.get(`${API}/profileMembershipStatistics`, serve(statistics(parts, memberships, hotel)));
  const graphqlPath = new Field(scheme.settings, '/settings').at('graphqlPath').optional((field) => field.text());
  router.post(graphqlPath ?? GRAPHQL_PATH, serve(loyaltyListing(parts, hotel)));
  return { router, form: () => ({}) };
}
