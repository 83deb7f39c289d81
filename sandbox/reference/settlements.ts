import {
  closedDate,
  closingHeaders,
  type SettlementFile,
  settlementText,
  wrongSettlements,
} from '../engine/settlement-file.js';
import type { Handler, Parts } from '../platform.js';
import { refusal } from './answers.js';

/** What the programme posted for one partner on a day: the handler of `GET /settlements/{yyyymmdd}.csv`, and the file's text. */
export function openSettlements(
  parts: Pick<Parts, 'days' | 'settlement'>,
  partner: string,
): { readonly get: Handler; readonly text: (businessDate: string) => string } {
  const fileOf = (businessDate: string): SettlementFile => {
    const lines = parts.settlement.lines(businessDate);
    return {
      layout: 'REF',
      partner,
      businessDate,
      lines: lines.map(({ reference, supplierReference, memberNumber, kind, points, postedAt }) => [
        ...[reference ?? '', supplierReference, memberNumber, kind],
        ...[points, postedAt],
      ]),
      points: lines.reduce((sum, line) => sum + line.points, 0),
    };
  };
  return {
    text: (businessDate) => settlementText(fileOf(businessDate)),
    get: ({ params }) => {
      const date = closedDate(params['day'] ?? '', parts.days);
      if (date === null) return refusal('DAY_NOT_CLOSED');
      const file = fileOf(date);
      return {
        status: 200,
        headers: { 'Content-Type': 'text/csv; charset=utf-8', ...closingHeaders(date, parts.days) },
        body: settlementText(file),
        wrongEchoes: wrongSettlements(file).map(settlementText),
      };
    },
  };
}
