import { addDays, localDate } from '../engine/clock.js';
import { lotsOf } from '../engine/expiry.js';
import type { Member } from '../engine/members.js';
import { plainName } from '../engine/names.js';
import type { Field } from '../engine/shape.js';
import type { Collection } from '../engine/store.js';
import { readJson } from '../engine/wire-body.js';
import { balanceOf, type Handler, type Parts, type WireAnswer } from '../platform.js';
import { invalid, refusal, type Wire } from './answers.js';
import type { Holds } from './holds.js';

export interface MemberParts extends Parts {
  readonly zone: string;
  readonly beneficiaries: Collection<readonly Wire['Beneficiary'][]>;
  readonly holds: Holds;
  /** Points accepted and not yet posted. */
  readonly pendingOf: (memberNo: string) => number;
}

const MOST_BENEFICIARIES = 8;
/** Unverified: what the press says of the railway. */
const EFFECTIVE_AFTER_DAYS = 60;
const ID_LAST4 = /^[0-9A-Z]{4}$/;

/** The contract's handlers around one member. */
export function memberHandlers(
  parts: MemberParts,
): Record<'verify' | 'get' | 'listBeneficiaries' | 'putBeneficiaries', Handler> {
  const known = (handler: (member: Member, request: Parameters<Handler>[0]) => WireAnswer): Handler => {
    return (request) => {
      const member = parts.members.byNumber(request.params['memberNo'] ?? '');
      return member ? handler(member, request) : refusal('MEMBER_NOT_FOUND');
    };
  };
  return {
    verify: (request) => readJson(request, (body) => verified(body, parts), invalid),
    get: known((member, { stampedAt }) => account(member, parts, stampedAt)),
    listBeneficiaries: known((member) => beneficiaries(parts.beneficiaries.get(member.number) ?? [])),
    putBeneficiaries: known((member, request) =>
      readJson(request, (body) => setBeneficiaries(member, body, parts), invalid),
    ),
  };
}

function verified(body: Field, parts: MemberParts): WireAnswer {
  const memberNo = body.at('memberNo').text({ max: 32 });
  const name = body.at('name').text();
  const idLast4 = body.at('idLast4').text({ pattern: ID_LAST4 });
  const member = parts.members.byNumber(memberNo);
  if (!member) return refusal('MEMBER_NOT_FOUND');
  const sameName = plainName(name) === plainName(member.familyName + member.givenName);
  if (!sameName || idLast4 !== member.idLast4) return refusal('NAME_MISMATCH');
  const answer: Wire['VerifiedMember'] = { memberNo, star: member.tier };
  return { status: 200, body: answer, wrongEchoes: [{ ...answer, memberNo: `${memberNo}0` }] };
}

function account(member: Member, parts: MemberParts, now: number): WireAnswer {
  const balance = balanceOf(parts, member);
  const earned = parts.books.rowsOf(member.number).reduce((sum, row) => sum + row.points, 0);
  const answer: Wire['Member'] = {
    memberNo: member.number,
    points: parts.holds.available(member),
    pending: parts.pendingOf(member.number),
    star: member.tier,
    qualifyingPoints: Math.max(0, member.qualifying + earned),
    expiring: [...lotsOf(member, balance, localDate(now, parts.zone))],
  };
  return { status: 200, body: answer, wrongEchoes: [{ ...answer, memberNo: `${member.number}0` }] };
}

function beneficiaries(list: readonly Wire['Beneficiary'][]): WireAnswer {
  const answer: Wire['Beneficiaries'] = { beneficiaries: [...list] };
  return { status: 200, body: answer };
}

/** Who was on the list already keeps the date from which redeeming for them is possible. */
function setBeneficiaries(member: Member, body: Field, parts: MemberParts): WireAnswer {
  const before = parts.beneficiaries.get(member.number) ?? [];
  const effectiveFrom = addDays(localDate(parts.clock(), parts.zone), EFFECTIVE_AFTER_DAYS);
  const items = body.at('beneficiaries').items();
  if (items.length > MOST_BENEFICIARIES) body.at('beneficiaries').fail(`has more than ${MOST_BENEFICIARIES}`);
  const list = items.map((item) => {
    const beneficiaryNo = item.at('beneficiaryNo').text();
    const known = before.find((other) => other.beneficiaryNo === beneficiaryNo);
    const person = { name: item.at('name').text(), idLast4: item.at('idLast4').text({ pattern: ID_LAST4 }) };
    return { beneficiaryNo, ...person, effectiveFrom: known?.effectiveFrom ?? effectiveFrom };
  });
  parts.beneficiaries.set(member.number, list);
  return beneficiaries(list);
}
