import { type CsvRecord, wholeNumber } from '../../src/kit/csv.js';
import { answerOf, closedAt, fileBytes } from '../../src/kit/download.js';
import { utcInstant } from '../../src/kit/instant.js';
import { settlementLines } from '../../src/kit/settlement-file.js';
import { utf8Text } from '../../src/kit/unpack.js';
import type { SettlementPort } from '../../src/spec/adapter.js';
import { SETTLEMENT_KINDS, SettlementFault, type SettlementLine } from '../../src/spec/settlement.js';
import { points } from '../../src/spec/values.js';
import { getSettlement } from './client.js';
import type { Config } from './config.js';
import { codeOf, succeeded } from './errors.js';

/** The file of what the programme posted for us on a day. There is none until the day is closed, so what comes is closed. */
export const settlement: SettlementPort<Config> = {
  coverage: 'ours',

  fetch: async (context, { businessDate }) => {
    const download = await getSettlement(context, businessDate.replaceAll('-', ''));
    const answer = answerOf(download);
    if (download.status === 404 && codeOf(answer) === 'DAY_NOT_CLOSED') return { found: 'not-yet' };
    succeeded(answer, context.config.refusals);
    return { found: 'input', bytes: fileBytes(download), closed: true, closedAt: closedAt(download) };
  },

  parse: (bytes, day, { partner }) => settlementLines(utf8Text(bytes), { layout: 'REF', partner, day }, readLine),
};

function readLine({ line, cells }: CsvRecord): SettlementLine {
  const [reference = '', supplierReference = '', memberNumber = '', kind = '', amount = '', at, ...more] = cells;
  const refuse = (detail: string): never => {
    throw new SettlementFault('line', line, detail);
  };
  if (at === undefined || more.length > 0) return refuse(`${cells.length} cells instead of 6`);
  if (!/^\d{20}$/.test(reference)) return refuse('reference is not 20 digits');
  if (supplierReference === '' || memberNumber === '') return refuse('a cell is empty');
  return {
    line,
    reference,
    supplierReference,
    memberNumber,
    // A kind that the contract does not name is for somebody to look at, and no reason to believe nothing.
    kind: SETTLEMENT_KINDS.find((known) => known === kind) ?? 'other',
    points: points(wholeNumber(amount) ?? refuse('points is not a whole number')),
    postedAt: utcInstant(at) ?? refuse('postedAt is not a time'),
  };
}
