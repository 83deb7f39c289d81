import type { JsonRecord } from '../../src/kit/answer.js';
import {
  optionalRecord,
  optionalText,
  recordList,
  requiredPoints,
  requiredRecord,
  requiredText,
} from '../../src/kit/answer.js';
import { rejected, unbelievable, unmapped } from '../../src/kit/faults.js';
import { sameName } from '../../src/kit/same-name.js';
import type { Account, ExpiringLot, Member, Verified, VerifyInput } from '../../src/spec/adapter.js';
import { readDay } from './day.js';

/** The supplier's own ids of a member, as they stand in the link's handle. */
export interface Ids {
  readonly membershipId: string;
  readonly profileId: string;
}

/** Reads the handle that `verify` made; a link without one was not made by this adapter, and a person has to relink. */
export function idsOf(member: Member): Ids {
  const { membershipId, profileId } = member.handle;
  if (membershipId === undefined || profileId === undefined) throw unmapped('NO_HANDLE');
  return { membershipId, profileId };
}

/** Finds the holder among the memberships that have the card number; `null` is the supplier's "no such card". */
export function readVerified(content: JsonRecord | null, input: VerifyInput): Verified {
  const all = membershipsOf(content, input.memberNumber);
  if (all.length === 0) throw rejected('member-not-found', 'NO_SUCH_CARD');
  const [membership, another] = all.filter((details) => sameName(input.name, requiredText(details, 'name')));
  if (membership === undefined) throw rejected('name-mismatch', 'NAME');
  // Two members of one name and one card number: nothing we know tells which of them is meant.
  if (another !== undefined) throw unmapped('CARD_NOT_UNIQUE');
  return {
    handle: { membershipId: idIn(membership, 'membershipId'), profileId: idIn(membership, 'profileId') },
    tier: optionalText(membership, 'membershipLevel'),
  };
}

/** The level of the member's own membership among those with the card number, where the supplier states one. */
export function readTier(content: JsonRecord | null, member: Member): string | undefined {
  const { membershipId } = idsOf(member);
  const own = membershipsOf(content, member.number).find((details) => idIn(details, 'membershipId') === membershipId);
  return own === undefined ? undefined : optionalText(own, 'membershipLevel');
}

export function readAccount(
  content: JsonRecord | null,
  tier: string | undefined,
  expiring: readonly ExpiringLot[],
): Account {
  if (content === null) throw rejected('member-not-found', 'NO_SUCH_MEMBERSHIP');
  return {
    available: requiredPoints(requiredRecord(content, 'memberInfo'), 'pointsAvailable'),
    ...(tier === undefined ? {} : { tier: { code: tier } }),
    expiring,
  };
}

export function lotsOf(page: JsonRecord): readonly JsonRecord[] {
  return recordList(page, 'memberPointsToExpireList');
}

export function readLot(lot: JsonRecord): ExpiringLot {
  return { points: requiredPoints(lot, 'pointsToExpire'), expiresOn: readDay(requiredText(lot, 'pointsExpiryDate')) };
}

/** Entries of another card than was asked for are an answer to another question. */
function membershipsOf(content: JsonRecord | null, card: string): readonly JsonRecord[] {
  if (content === null) return [];
  const all = recordList(content, 'membershipTransactionsSummaryCollection').map((entry) =>
    requiredRecord(entry, 'membershipDetails'),
  );
  const ours = all.filter((details) => (optionalText(details, 'membershipCardNo') ?? card) === card);
  if (ours.length === 0 && all.length > 0) throw unbelievable('membershipCardNo is not the one asked for');
  return ours;
}

function idIn(details: JsonRecord, field: 'membershipId' | 'profileId'): string {
  return requiredText(optionalRecord(details, field) ?? {}, 'id');
}
