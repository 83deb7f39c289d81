import type { Member } from '../engine/members.js';
import { addDays } from '../engine/clock.js';
import { balanceOf, type Handler, type Parts } from '../platform.js';
import { NOTHING_FOUND } from './exception.js';

/** What the transactions and look-ups of one hotel group rest on. */
export interface Hotel {
  readonly hotelId: string;
  readonly membershipType: string;
  readonly zone: string;
}

/** Memberships and the two ids the platform gives them; neither is the card number. */
export interface Memberships {
  byMembershipId(id: string): Member | undefined;
  byProfileId(id: string): Member | undefined;
  profileIdOf(member: Member): string;
  readonly type: string;
  /** getMembershipTransactionsSummaryByCardNo */
  readonly summaryByCard: Handler;
  /** getMembershipDetails */
  readonly info: Handler;
}

const FIRST_PROFILE = 700_000;
const FIRST_MEMBERSHIP = 3_000_000;

export function openMemberships(parts: Parts, hotel: Hotel): Memberships {
  const byId = (id: string, first: number): Member | undefined =>
    /^\d{1,9}$/.test(id) ? parts.members.bySerial(Number(id) - first) : undefined;
  const profileIdOf = (member: Member): string => String(FIRST_PROFILE + member.serial);
  const membershipIdOf = (member: Member): string => String(FIRST_MEMBERSHIP + member.serial);

  return {
    byMembershipId: (id) => byId(id, FIRST_MEMBERSHIP),
    byProfileId: (id) => byId(id, FIRST_PROFILE),
    profileIdOf,
    type: hotel.membershipType,
    summaryByCard: ({ params }) => {
      const member = parts.members.byNumber(params['membershipCardNo'] ?? '');
      if (!member || params['membershipCardType'] !== hotel.membershipType) return NOTHING_FOUND;
      const details = {
        profileId: { type: 'Profile', id: profileIdOf(member) },
        name: `${member.familyName}, ${member.givenName}`,
        membershipId: { type: 'MembershipId', id: membershipIdOf(member) },
        membershipCardNo: member.number,
        membershipType: { code: hotel.membershipType },
        membershipLevel: member.tier,
        joinedDate: member.joinedOn,
        cardExpirationDate: addDays(member.joinedOn, 3_650),
      };
      const pointsSummary = {
        availablePoints: { customLabel: 'Available points', value: String(balanceOf(parts, member)) },
      };
      return {
        status: 200,
        body: { membershipTransactionsSummaryCollection: [{ membershipDetails: details, pointsSummary }], links: [] },
      };
    },
    info: ({ params, query }) => {
      const member = byId(params['profileId'] ?? '', FIRST_PROFILE);
      if (!member || !names(query.get('membershipType'), hotel.membershipType)) return NOTHING_FOUND;
      // The contract calls this parameter the card number, but names it like the id: both find the membership.
      const wanted = query.get('membershipId');
      if (!names(wanted, membershipIdOf(member)) && wanted !== member.number) return NOTHING_FOUND;
      return { status: 200, body: { memberInfo: memberInfo(parts, member), links: [] } };
    },
  };
}

function names(filter: string | null, value: string): boolean {
  return filter === null || filter === value;
}

function memberInfo(parts: Parts, member: Member): unknown {
  const earned = parts.books.rowsOf(member.number).reduce((sum, row) => sum + row.points, 0);
  return {
    memberInfoDetails: {
      tierBaseNights: Math.floor(member.qualifying / 1_000),
      awardBasePoints: member.opening + earned,
      awardBonusPoints: 0,
      awardMiscPoints: 0,
      totalAwardPoints: member.opening + earned,
    },
    nextTierPoints: Math.max(0, 50_000 - member.qualifying),
    pointsAvailable: balanceOf(parts, member),
  };
}
