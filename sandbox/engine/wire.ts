import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WireAnswer } from '../platform.js';
import type { Random } from './random.js';

const DRIP_MS = 250;
const NOTHING = Buffer.alloc(0);

/** Answers as a working supplier does. */
export function send(res: ServerResponse, answer: WireAnswer): void {
  res.end(writeHead(res, answer));
}

/** The right answer, one byte every quarter of a second, until it is complete or the client has had enough. */
export async function drip(res: ServerResponse, answer: WireAnswer, signal: AbortSignal): Promise<void> {
  const bytes = writeHead(res, answer);
  for (let at = 0; at < bytes.length && !res.destroyed; at += 1) {
    res.write(bytes.subarray(at, at + 1));
    await sleep(DRIP_MS, undefined, { signal });
  }
  res.end();
}

/**
 * A 200 that is no answer: a login page, or, where there was an answer, that one cut in the middle, at the length it announces
 * or short of it.
 */
export function garbage(res: ServerResponse, answer: WireAnswer | null, random: Random): void {
  const bytes = answer === null ? NOTHING : bodyBytes(answer);
  if (bytes.length === 0 || random.next() < 0.34) {
    send(res, {
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: '<html><body>Please log in</body></html>',
    });
    return;
  }
  const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
  const announced = random.next() < 0.5 ? half.length : bytes.length;
  res.writeHead(200, { 'Content-Type': 'application/json', ...answer?.headers, 'Content-Length': announced });
  res.write(half, () => (announced > half.length ? res.destroy() : res.end()));
}

/** What a proxy in front of a supplier says when the supplier fails; it tells nothing about the outcome. */
export function gatewayError(status: number): WireAnswer {
  return {
    status,
    headers: { 'Content-Type': 'text/html' },
    body: `<html><head><title>${status}</title></head><body>The server could not complete your request</body></html>`,
  };
}

/** No `Retry-After` in one case of three, seconds in the second, a date in the third. */
export function retryAfterHeaders(random: Random, now: number): Readonly<Record<string, string>> {
  const seconds = 1 + random.below(3);
  switch (random.below(3)) {
    case 0:
      return {};
    case 1:
      return { 'Retry-After': String(seconds) };
    default:
      return { 'Retry-After': new Date(now + seconds * 1_000).toUTCString() };
  }
}

function writeHead(res: ServerResponse, answer: WireAnswer): Buffer {
  const bytes = bodyBytes(answer);
  const type = bytes.length === 0 ? {} : { 'Content-Type': 'application/json' };
  const length = bytes.length === 0 && answer.status === 204 ? {} : { 'Content-Length': bytes.length };
  res.writeHead(answer.status, { ...type, ...length, ...answer.headers });
  return bytes;
}

function bodyBytes({ body }: WireAnswer): Buffer {
  if (body === undefined) return NOTHING;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
