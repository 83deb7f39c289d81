import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Stop } from './classify.js';
import { errorCode } from './error-code.js';

/** What we ask suppliers for and can read. */
export const ACCEPT_ENCODING = 'gzip';

/** A whole answer's text; or why there is none, with what could be read of it for people to look at. */
export type Body =
  | { readonly whole: true; readonly text: string }
  | { readonly whole: false; readonly cause: Stop; readonly text: string };

const unzip = promisify(gunzip);

/** Reads an answer of at most `limit` bytes, on the wire and unzipped; a longer one is cut off and its socket closed. */
export async function readBody(message: IncomingMessage, limit: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) return failed('body-too-large', Buffer.concat(chunks));
    }
  } catch {
    return failed('body-truncated', Buffer.concat(chunks));
  }
  const raw = Buffer.concat(chunks);
  if (!message.complete) return failed('body-truncated', raw);
  return await decode(raw, message.headers['content-encoding'] ?? '', limit);
}

async function decode(raw: Buffer, encoding: string, limit: number): Promise<Body> {
  switch (raw.length === 0 ? '' : encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return text(raw);
    case 'gzip':
    case 'x-gzip':
      try {
        return text(await unzip(raw, { maxOutputLength: limit }));
      } catch (error) {
        return failed(unzipFailure(error), Buffer.alloc(0));
      }
    default:
      return failed('body-undecodable', Buffer.alloc(0));
  }
}

function unzipFailure(error: unknown): Stop {
  const code = errorCode(error);
  if (code === 'ERR_BUFFER_TOO_LARGE') return 'body-too-large';
  return code === 'Z_BUF_ERROR' ? 'body-truncated' : 'body-undecodable';
}

/** Strict: a byte that is not UTF-8 would otherwise become U+FFFD inside a name or a reference, in silence. */
function text(bytes: Buffer): Body {
  try {
    return { whole: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return failed('body-undecodable', bytes);
  }
}

function failed(cause: Stop, bytes: Buffer): Body {
  return { whole: false, cause, text: bytes.toString('utf8') };
}
