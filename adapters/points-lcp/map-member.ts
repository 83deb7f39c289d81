import type { JsonRecord } from '../../src/kit/answer.js';
import { optionalText, requiredPoints } from '../../src/kit/answer.js';
import type { Account, Verified } from '../../src/spec/adapter.js';
import type { HolderName } from '../../src/spec/values.js';
import type { Wire } from './client.js';
import { failure, outcomeOf, systemError, unbelievable } from './errors.js';

/** The manual asks for both names; a holder with one has no first name to give. */
export function mv(memberId: string, name: HolderName): Wire['Mv'] {
  return {
    memberId,
    ...(name.given === undefined || name.given === '' ? {} : { firstName: name.given }),
    lastName: name.family,
  };
}

/** Everything here is keyed by the member number itself, so the handle holds nothing. */
export function readVerified(content: JsonRecord, memberId: string): Verified {
  validated(content, memberId);
  return { handle: {}, tier: optionalText(content, 'membershipLevel') };
}

/** `tierBalance` and `expiredBalance` are left alone: no document says in what they count or when. */
export function readAccount(content: JsonRecord, memberId: string): Account {
  validated(content, memberId);
  const level = optionalText(content, 'membershipLevel');
  return {
    available: requiredPoints(content, 'balance'),
    ...(level === undefined ? {} : { tier: { code: level } }),
  };
}

function validated(content: JsonRecord, memberId: string): void {
  const outcome = outcomeOf(content);
  switch (outcome) {
    case 'success':
      sameMember(content, memberId);
      return;
    case 'failure':
      throw failure(content);
    case 'system-error':
      throw systemError();
    default:
      return outcome satisfies never;
  }
}

/** `memberId` is optional in the answer; where it comes it has to be the one asked for, however it is spaced. */
function sameMember(content: JsonRecord, memberId: string): void {
  const echoed = optionalText(content, 'memberId');
  if (echoed !== undefined && plain(echoed) !== plain(memberId))
    throw unbelievable('memberId is not the one asked for');
}

function plain(memberId: string): string {
  return memberId.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
}
