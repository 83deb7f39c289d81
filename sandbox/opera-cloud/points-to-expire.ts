import { localDate } from '../engine/clock.js';
import { lotsOf } from '../engine/expiry.js';
import { balanceOf, type Handler, type Parts } from '../platform.js';
import { NOTHING_FOUND } from './exception.js';
import type { Hotel, Memberships } from './memberships.js';
import { pageOf } from './paging.js';

/** getMemberPointsToExpire */
export function pointsToExpire(parts: Parts, memberships: Memberships, hotel: Hotel): Handler {
  return ({ params, query, stampedAt }) => {
    const member = memberships.byMembershipId(params['membershipId'] ?? '');
    const today = localDate(stampedAt, hotel.zone);
    const lots = member ? lotsOf(member, balanceOf(parts, member), today) : [];
    if (lots.length === 0) return NOTHING_FOUND;
    const { items, fields } = pageOf(lots, query, 0);
    const list = items.map((lot) => ({ pointsExpiryDate: lot.expiresOn, pointsToExpire: lot.points, extend: false }));
    return { status: 200, body: { memberPointsToExpireList: list, ...fields, links: [] } };
  };
}
