import type { SettlementPort } from '../../spec/adapter.js';
import { type SettlementDay, SettlementFault, type SettlementLine } from '../../spec/settlement.js';
import type { StagedLine } from './ports.js';

/** More than any supplier's reference needs. */
const LONGEST_REFERENCE = 200;
/** Neither control characters nor halves of characters can be stored or compared. */
const UNFIT = /[\p{Cc}\p{Cs}]/u;

/**
 * The lines of an input as they are staged, read as they are asked for. Throws `SettlementFault` where the adapter
 * finds the input at odds with itself, or a line holds what no line may; what was read before is not to be believed
 * then.
 */
export function* readLines(
  settlement: Pick<SettlementPort<never>, 'parse'>,
  bytes: Uint8Array,
  day: SettlementDay,
  config: never,
  index: (memberNumber: string) => Buffer,
): Generator<StagedLine> {
  for (const line of settlement.parse(bytes, day, config)) yield staged(line, index);
}

function staged(line: SettlementLine, index: (memberNumber: string) => Buffer): StagedLine {
  if (Number.isNaN(Date.parse(line.postedAt))) throw new SettlementFault('line', line.line, 'posted at no time');
  return {
    line: line.line,
    reference: reference(line, 'reference'),
    originalReference: reference(line, 'originalReference'),
    supplierReference: reference(line, 'supplierReference'),
    memberIndex: line.memberNumber === '' ? null : index(line.memberNumber).toString('hex'),
    kind: line.kind,
    points: line.points,
    postedAt: line.postedAt,
  };
}

function reference(
  line: SettlementLine,
  field: 'reference' | 'originalReference' | 'supplierReference',
): string | null {
  const text = line[field];
  if (text === undefined || text === '') return null;
  if (text.length > LONGEST_REFERENCE || UNFIT.test(text)) {
    throw new SettlementFault('line', line.line, `${field} is no reference`);
  }
  return text;
}
