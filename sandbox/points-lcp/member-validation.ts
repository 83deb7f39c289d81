import type { Member } from '../engine/members.js';
import { plainName } from '../engine/names.js';
import type { Field } from '../engine/shape.js';
import { balanceOf, type Parts, type WireAnswer, type WireRequest } from '../platform.js';
import { readJson } from '../engine/wire-body.js';
import { malformed } from './ledger.js';

/** `POST /MemberValidation`: number and name, and everything about the account in one answer. */
export function validateMember(request: WireRequest, parts: Parts): WireAnswer {
  return readJson(request, (body) => answerFor(body, parts), malformed);
}

function answerFor(body: Field, parts: Parts): WireAnswer {
  const memberId = body.at('memberId').text();
  const lastName = body.at('lastName').text();
  const firstName = body.at('firstName').optional((field) => field.text());
  const member = parts.members.byNumber(memberId);
  if (!member || !isNamed(member, lastName, firstName)) {
    // The RAML enumerates the messages and has none for a wrong name: number and name identify a member only together.
    return { status: 200, body: { status: 'failure', statusMessage: 'UNKNOWN_MEMBER' } };
  }
  const answer = {
    status: 'success',
    statusMessage: 'SUCCESS',
    memberId: member.number,
    balance: balanceOf(parts, member),
    membershipLevel: member.tier,
    accountStatus: 'Active',
    accountCreationDate: member.joinedOn,
    tierBalance: member.qualifying,
    allowedRecipients: [],
  };
  const wrong = { ...answer, memberId: `${memberId.slice(0, -1)}${(Number(memberId.slice(-1)) + 1) % 10}` };
  return { status: 200, body: answer, wrongEchoes: [wrong] };
}

function isNamed(member: Member, lastName: string, firstName: string | undefined): boolean {
  const sameLast = plainName(lastName) === plainName(member.familyName);
  return sameLast && (firstName === undefined || plainName(firstName) === plainName(member.givenName));
}
