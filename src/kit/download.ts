import type { Download, HttpResponse } from '../spec/adapter.js';
import { AdapterFault } from '../spec/errors.js';
import type { Instant } from '../spec/values.js';
import { httpDate } from './http-date.js';
import { utcInstant } from './instant.js';

/** An error's text is short; what is longer is none. */
const MAX_TEXT_BYTES = 65_536;

/** A download that brought no file, as an answer for the adapter's table of faults. */
export function answerOf({ status, headers, bytes }: Download): HttpResponse {
  return { status, headers, body: new TextDecoder().decode(bytes.subarray(0, MAX_TEXT_BYTES)) };
}

/** Whether a page for people came: a login form or a proxy's apology, which a server may well call a success. */
export function isPage({ headers }: Download): boolean {
  return /^\s*text\/html\b/i.test(headers['content-type'] ?? '');
}

/**
 * The bytes of a file that was answered with 200; a page in its place, or any other status, is an `unknown-outcome`
 * fault.
 */
export function fileBytes(download: Download): Uint8Array {
  if (download.status !== 200) throw noFile(`HTTP ${download.status}`);
  if (isPage(download)) throw noFile('a page instead of a file');
  return download.bytes;
}

/**
 * When the supplier closed the day of a settlement file: `X-Closed-At` (our reference contracts), else `Last-Modified`, which
 * has whole seconds and is never late; `undefined` where it does not say, or not readably.
 */
export function closedAt({ headers }: Download): Instant | undefined {
  const exact = utcInstant(headers['x-closed-at'] ?? '');
  if (exact !== undefined) return exact;
  const time = httpDate(headers['last-modified']);
  return time === undefined ? undefined : new Date(time).toISOString();
}

function noFile(detail: string): AdapterFault {
  return new AdapterFault({ kind: 'unknown-outcome', detail });
}
