import type { JsonRecord } from '../../src/kit/answer.js';
import { optionalPoints, optionalText, recordList, requiredPoints, requiredText } from '../../src/kit/answer.js';
import type { Account, StatementLine, Verified, VerifyInput } from '../../src/spec/adapter.js';
import type { Wire } from './client.js';
import { unbelievable } from './errors.js';

export function verifyRequest({ memberNumber, name }: VerifyInput): Wire['VerifyRequest'] {
  const { family, given } = name;
  return { memberNumber, familyName: family, ...(given === undefined ? {} : { givenName: given }) };
}

/** The programme keys everything on the number itself, so the handle holds nothing. */
export function readVerified(record: JsonRecord, memberNumber: string): Verified {
  sameMember(record, memberNumber);
  return { handle: {}, tier: optionalText(record, 'tier') };
}

export function readAccount(record: JsonRecord, memberNumber: string): Account {
  sameMember(record, memberNumber);
  const tier = optionalText(record, 'tier');
  return {
    available: requiredPoints(record, 'available'),
    held: optionalPoints(record, 'held'),
    tier: tier === undefined ? undefined : { code: tier },
  };
}

export function readStatement(record: JsonRecord, memberNumber: string): StatementLine[] {
  sameMember(record, memberNumber);
  return recordList(record, 'lines').map((line) => ({
    supplierReference: requiredText(line, 'supplierReference'),
    reference: optionalText(line, 'reference'),
    points: requiredPoints(line, 'points'),
    kind: requiredText(line, 'kind'),
    date: requiredText(line, 'date'),
  }));
}

/** An answer about another member than was asked for is no answer. */
function sameMember(record: JsonRecord, memberNumber: string): void {
  if (requiredText(record, 'memberNumber') !== memberNumber)
    throw unbelievable('memberNumber is not the one asked for');
}
