import type { CodeMeaning, Scheme } from '../../spec/scheme.js';
import type { Fault } from '../../spec/errors.js';
import type { Learnt } from './snapshot.js';

/**
 * What a send's refusal means at this scheme, where its file knows the supplier's code better than the adapter's table. A lost answer
 * is an unknown outcome by now, whatever came after it, and has no code to judge by.
 */
export function asMeant(learnt: Learnt, { outcomes }: Pick<Scheme, 'outcomes'>): Learnt {
  if (learnt.type !== 'fault') return learnt;
  const { fault } = learnt;
  if (fault.kind !== 'rejected' && fault.kind !== 'unmapped') return learnt;
  const meaning = Object.hasOwn(outcomes, fault.supplierCode) ? outcomes[fault.supplierCode] : undefined;
  return meaning === undefined ? learnt : { type: 'fault', fault: faultOf(meaning, fault.supplierCode) };
}

function faultOf(meaning: CodeMeaning, supplierCode: string): Fault {
  switch (meaning) {
    case 'not-processed':
      return { kind: 'not-sent', detail: `not processed: ${supplierCode}` };
    case 'needs-review':
      return { kind: 'unmapped', supplierCode };
    default:
      return { kind: 'rejected', reason: meaning.rejected, supplierCode };
  }
}
