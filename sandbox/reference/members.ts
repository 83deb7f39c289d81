import { localDate } from '../engine/clock.js';
import type { Member } from '../engine/members.js';
import { plainName } from '../engine/names.js';
import { Field, ShapeError } from '../engine/shape.js';
import { readJson } from '../engine/wire-body.js';
import type { Handler, Parts, WireAnswer } from '../platform.js';
import { invalid, refusal, type Wire } from './answers.js';
import type { Available } from './available.js';

export interface MemberParts extends Parts {
  readonly zone: string;
  readonly available: Available;
}

/** The contract's handlers around one member. */
export function memberHandlers(parts: MemberParts): Record<'verify' | 'get' | 'statement', Handler> {
  const known = (handler: (member: Member, request: Parameters<Handler>[0]) => WireAnswer): Handler => {
    return (request) => {
      const member = parts.members.byNumber(request.params['memberNumber'] ?? '');
      return member ? handler(member, request) : refusal('MEMBER_NOT_FOUND');
    };
  };
  return {
    verify: (request) => readJson(request, (body) => verified(body, parts), invalid),
    get: known((member) => {
      const held = parts.available.held(member);
      const available = parts.available.of(member);
      return about(member, { memberNumber: member.number, available, held, tier: member.tier });
    }),
    statement: known((member, { query }) => {
      try {
        const since = new Field(query.get('since'), '/since').date();
        const until = new Field(query.get('until'), '/until').date();
        return about(member, statement(member, since, until, parts));
      } catch (error) {
        if (error instanceof ShapeError) return invalid(error.message);
        throw error;
      }
    }),
  };
}

function verified(body: Field, parts: MemberParts): WireAnswer {
  const member = parts.members.byNumber(body.at('memberNumber').text({ max: 32 }));
  const familyName = body.at('familyName').text();
  const givenName = body.at('givenName').optional((field) => field.text()) ?? '';
  if (!member) return refusal('MEMBER_NOT_FOUND');
  if (plainName(familyName + givenName) !== plainName(member.familyName + member.givenName)) {
    return refusal('NAME_MISMATCH');
  }
  return about(member, { memberNumber: member.number, tier: member.tier });
}

function statement(member: Member, since: string, until: string, { books, zone }: MemberParts): Wire['Statement'] {
  const lines = books.rowsOf(member.number).map(({ reference, supplierReference, kind, points, postedAt }) => ({
    ...(reference === null ? {} : { reference }),
    ...{ supplierReference, kind, points },
    date: localDate(Date.parse(postedAt), zone),
  }));
  return { memberNumber: member.number, lines: lines.filter(({ date }) => date >= since && date <= until) };
}

/** An answer about a member; what is wrong about it, when it is, is whom it is about. */
function about(member: Member, body: Wire['VerifiedMember'] | Wire['Member'] | Wire['Statement']): WireAnswer {
  return { status: 200, body, wrongEchoes: [{ ...body, memberNumber: `${member.number}0` }] };
}
