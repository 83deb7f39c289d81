import type { JsonRecord } from '../../src/kit/answer.js';
import { optionalPoints, optionalText, recordList, requiredPoints, requiredText } from '../../src/kit/answer.js';
import type { Account, Verified, VerifyInput } from '../../src/spec/adapter.js';
import { AdapterFault } from '../../src/spec/errors.js';
import type { HolderName } from '../../src/spec/values.js';
import type { Wire } from './client.js';
import { unbelievable } from './errors.js';

/** The link form asks for `idLast4`; a holder's document serves where a platform sent that instead. */
export function verifyRequest(input: VerifyInput): Wire['VerifyRequest'] {
  const idLast4 = input.form['idLast4'] ?? input.document?.last4;
  if (idLast4 === undefined) {
    throw new AdapterFault({ kind: 'rejected', reason: 'document-mismatch', supplierCode: 'ID_LAST4_MISSING' });
  }
  return { memberNo: input.memberNumber, name: wireName(input.name), idLast4 };
}

/** The supplier keys everything on the number itself, so the handle holds nothing. */
export function readVerified(record: JsonRecord, memberNo: string): Verified {
  sameMember(record, memberNo);
  return { handle: {}, tier: optionalText(record, 'star') };
}

export function readAccount(record: JsonRecord, memberNo: string): Account {
  sameMember(record, memberNo);
  const star = optionalText(record, 'star');
  const qualifying = optionalPoints(record, 'qualifyingPoints');
  return {
    available: requiredPoints(record, 'points'),
    pending: optionalPoints(record, 'pending'),
    tier:
      star === undefined
        ? undefined
        : {
            code: star,
            progress: qualifying === undefined ? undefined : { current: qualifying, unit: 'qualifying-points' },
          },
    expiring: recordList(record, 'expiring').map((lot) => ({
      points: requiredPoints(lot, 'points'),
      expiresOn: requiredText(lot, 'expiresOn'),
    })),
  };
}

/** Han characters run together, Latin letters take a ticket's slash (the contract's "Names"). */
function wireName({ script, family, given }: HolderName): string {
  switch (script) {
    case 'Hani':
      return `${family}${given ?? ''}`;
    case 'Latn':
      return given === undefined ? family : `${family}/${given}`;
    default:
      return script satisfies never;
  }
}

/** An answer about another member than was asked for is no answer. */
function sameMember(record: JsonRecord, memberNo: string): void {
  if (requiredText(record, 'memberNo') !== memberNo) throw unbelievable('memberNo is not the one asked for');
}
