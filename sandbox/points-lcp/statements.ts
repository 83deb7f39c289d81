import type { Line } from '../engine/settlement.js';
import {
  closedDate,
  closingHeaders,
  type SettlementFile,
  settlementText,
  wrongSettlements,
} from '../engine/settlement-file.js';
import type { Handler, Parts, WireAnswer } from '../platform.js';
import type { RowDetail } from './ledger.js';

/** The programme's statement of a day; no public contract has one, `contract: reference`. */
export interface Statements {
  /** `GET /Statements/{yyyymmdd}.csv` */
  readonly get: Handler;
  readonly text: (businessDate: string) => string;
}

const NOT_THERE: WireAnswer = { status: 404, headers: { 'Content-Type': 'text/plain' }, body: 'No such statement' };

/** Statements of the postings of one partner. */
export function openStatements(parts: Pick<Parts, 'days' | 'settlement'>, partner: string): Statements {
  const fileOf = (businessDate: string): SettlementFile => {
    const lines = parts.settlement.lines(businessDate);
    return {
      layout: 'LPS',
      partner,
      businessDate,
      lines: lines.map((line) => [
        line.supplierReference,
        callbackOf(line, partner),
        line.memberNumber,
        line.kind,
        line.points,
        line.postedAt,
      ]),
      points: lines.reduce((sum, line) => sum + line.points, 0),
    };
  };
  return {
    text: (businessDate) => settlementText(fileOf(businessDate)),
    get: ({ params }) => {
      const date = closedDate(params['day'] ?? '', parts.days);
      if (date === null) return NOT_THERE;
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

/** An invented line has no posting to take its `callback` from; it gets one of the partner's own form. */
function callbackOf({ detail, reference }: Line, partner: string): string {
  return isRowDetail(detail) ? detail.callback : `urn:interline:${partner}:${reference ?? ''}`;
}

function isRowDetail(detail: unknown): detail is RowDetail {
  return typeof detail === 'object' && detail !== null && 'callback' in detail;
}
