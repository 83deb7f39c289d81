import { hmacSha256, sha256Hex } from '../../src/kit/sign.js';

/** What a signature covers. `path` includes the query and is written as on the request line; `timestamp` is Unix milliseconds. */
export interface Signed {
  readonly method: string;
  readonly path: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: string | Buffer;
}

/** `X-Signature` of a request in either direction: base64 of HMAC-SHA256 over the five lines of the contract. */
export function signature(hmacKey: string, signed: Signed): string {
  const lines = [signed.method, signed.path, signed.timestamp, signed.nonce, sha256Hex(signed.body)];
  return hmacSha256(hmacKey, lines.join('\n')).toString('base64');
}
