import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Stop } from './classify.js';
import { errorCode } from './error-code.js';

/** What we ask suppliers for and can read. */
export const ACCEPT_ENCODING = 'gzip';

/** The largest text that is read, in bytes, on the wire and unzipped. */
const MAX_TEXT_BYTES = 1_048_576;
/** The largest file that is taken in, in bytes, on the wire and freed of its `Content-Encoding`. */
const MAX_FILE_BYTES = 67_108_864;
/** Of an error page in place of a file, what is enough to show. */
const MAX_PAGE_BYTES = 65_536;

/**
 * A whole answer; or why there is none. `seen` is what could be read of it, for people to look at, not yet redacted.
 */
export type Body<B> =
  | { readonly whole: true; readonly content: B; readonly seen: string }
  | { readonly whole: false; readonly cause: Stop; readonly seen: string };

/** Reads an answer to its end; `received` is told of each piece. */
export type Read<B> = (message: IncomingMessage, received: () => void) => Promise<Body<B>>;

/**
 * Reads a text, strictly: a byte that is not UTF-8 would otherwise become U+FFFD inside a name or a reference, in
 * silence.
 */
export const readText: Read<string> = async (message, received) => {
  const { cause, bytes } = await readBytes(message, MAX_TEXT_BYTES, received);
  const text = cause === null ? strictText(bytes) : null;
  if (text !== null) return { whole: true, content: text, seen: text };
  return { whole: false, cause: cause ?? 'body-undecodable', seen: bytes.toString('utf8') };
};

/**
 * Reads a file. Of its content nothing is shown, since it is full of members whom no filter was told of; an error in
 * its place is shown like any other.
 */
export const readFile: Read<Buffer> = async (message, received) => {
  const { cause, bytes } = await readBytes(message, MAX_FILE_BYTES, received);
  const status = message.statusCode ?? 0;
  const isFile = status >= 200 && status < 300;
  const seen = isFile ? `${bytes.length} bytes` : bytes.subarray(0, MAX_PAGE_BYTES).toString('utf8');
  return cause === null ? { whole: true, content: bytes, seen } : { whole: false, cause, seen };
};

/** What came of a body, and what ended it before its end; undecoded where it did not come whole. */
interface Came {
  readonly cause: Stop | null;
  readonly bytes: Buffer;
}

/** At most `limit` bytes; a longer answer is cut off and its socket closed. */
async function readBytes(message: IncomingMessage, limit: number, received: () => void): Promise<Came> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      received();
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) return { cause: 'body-too-large', bytes: Buffer.concat(chunks) };
    }
  } catch {
    return { cause: 'body-truncated', bytes: Buffer.concat(chunks) };
  }
  const bytes = Buffer.concat(chunks);
  return message.complete ? decode(bytes, encodingOf(message), limit) : { cause: 'body-truncated', bytes };
}

/**
 * A gzip file stays one: servers that name their `.gz` files `Content-Encoding: gzip` besides have packed them once,
 * and browsers read them so, too.
 */
function encodingOf({ headers }: IncomingMessage): string {
  if (/^\s*application\/(x-)?gzip\b/i.test(headers['content-type'] ?? '')) return '';
  return (headers['content-encoding'] ?? '').trim().toLowerCase();
}

const unzip = promisify(gunzip);

async function decode(bytes: Buffer, encoding: string, limit: number): Promise<Came> {
  switch (bytes.length === 0 ? '' : encoding) {
    case '':
    case 'identity':
      return { cause: null, bytes };
    case 'gzip':
    case 'x-gzip':
      try {
        return { cause: null, bytes: await unzip(bytes, { maxOutputLength: limit }) };
      } catch (error) {
        return { cause: unzipFailure(error), bytes: Buffer.alloc(0) };
      }
    default:
      return { cause: 'body-undecodable', bytes: Buffer.alloc(0) };
  }
}

function unzipFailure(error: unknown): Stop {
  const code = errorCode(error);
  if (code === 'ERR_BUFFER_TOO_LARGE') return 'body-too-large';
  return code === 'Z_BUF_ERROR' ? 'body-truncated' : 'body-undecodable';
}

function strictText(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
