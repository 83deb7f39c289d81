import { gzipSync } from 'node:zlib';
import {
  closedDate,
  closingHeaders,
  type SettlementFile,
  settlementText,
  wrongSettlements,
} from '../engine/settlement-file.js';
import type { Handler, Parts } from '../platform.js';
import { refusal } from './answers.js';

/** What the supplier posted for one partner on a day. */
export interface Settlements {
  /** `GET /settlements/{yyyymmdd}.csv.gz` */
  readonly get: Handler;
  /** The file before it is packed. */
  readonly text: (businessDate: string) => string;
}

export function openSettlements(parts: Pick<Parts, 'days' | 'settlement'>, partner: string): Settlements {
  const fileOf = (businessDate: string): SettlementFile => {
    const lines = parts.settlement.lines(businessDate);
    return {
      layout: 'CRS',
      partner,
      businessDate,
      lines: lines.map((line, index) => [
        index + 1,
        line.reference ?? '',
        line.memberNumber,
        line.kind,
        line.points,
        line.postedAt,
        'posted',
      ]),
      points: lines.reduce((sum, line) => sum + line.points, 0),
    };
  };
  return {
    text: (businessDate) => settlementText(fileOf(businessDate)),
    get: ({ params }) => {
      const date = closedDate(params['day'] ?? '', parts.days);
      if (date === null) return refusal('NOT_FOUND');
      const file = fileOf(date);
      return {
        status: 200,
        headers: { 'Content-Type': 'application/gzip', ...closingHeaders(date, parts.days) },
        body: packed(settlementText(file)),
        wrongEchoes: wrongSettlements(file).map((wrong) => packed(settlementText(wrong))),
      };
    },
  };
}

const OPERATING_SYSTEM = 9;
const UNKNOWN_SYSTEM = 255;

/** The same text is the same bytes everywhere: Node leaves the time out, but names the operating system (RFC 1952). */
function packed(text: string): Buffer {
  const bytes = gzipSync(text);
  bytes[OPERATING_SYSTEM] = UNKNOWN_SYSTEM;
  return bytes;
}
