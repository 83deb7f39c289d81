import type { IncomingMessage } from 'node:http';
import { Problem } from '../core/problem.js';
import type { Json } from '../spec/values.js';
import type { Language } from './language.js';
import { jsonFlawSentence } from './validation-messages.js';
import { parseStrictJson, UnreadableJson } from './strict-json.js';

/** The largest JSON body, or line of a batch, in bytes. */
export const MAX_JSON = 64 * 1024;

/** Refuses a body whose Content-Type is none of `mediaTypes`, whose charset is not UTF-8, or that is compressed. */
export function requireMediaType(request: IncomingMessage, mediaTypes: readonly string[]): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';');
  const charset = parameters.find((parameter) => /^\s*charset\s*=/i.test(parameter));
  const known = mediaTypes.includes(type.trim().toLowerCase());
  const utf8 = charset === undefined || /^\s*charset\s*=\s*"?utf-8"?\s*$/i.test(charset);
  const plain = (request.headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity';
  if (!known || !utf8 || !plain) throw new Problem('CONTENT_TYPE_UNSUPPORTED');
}

/** Whether anything can follow the headers (RFC 9112, 6.3): a request says so by a length or by being chunked. */
export function mayHaveBody({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
}

/**
 * Reads a body of at most `limit` bytes. One that is announced or turns out larger is refused without being kept; Node goes on
 * to discard it, until the server's request timeout, so that the client can read the refusal.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new Problem('PAYLOAD_TOO_LARGE');
  // Gone while its key was looked up: no event would come any more.
  if (request.destroyed) throw new Problem('MALFORMED');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const leave = () => request.off('data', keep).off('end', finish).off('close', abandon);
    const keep = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limit) return;
      leave().resume();
      reject(new Problem('PAYLOAD_TOO_LARGE'));
    };
    const finish = () => {
      leave();
      resolve(Buffer.concat(chunks, size));
    };
    const abandon = () => {
      leave();
      reject(new Problem('MALFORMED'));
    };
    request.on('data', keep).on('end', finish).on('close', abandon);
  });
}

/** Reads strict JSON; what is wrong with it is said in the caller's language and without repeating any of it. */
export function jsonOf(bytes: Buffer, language: Language): Json {
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    if (!(error instanceof UnreadableJson)) throw error;
    const message = jsonFlawSentence(error.flaw, language);
    throw new Problem('MALFORMED', { errors: [{ pointer: '', message }] });
  }
}
