import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_BYTES = 32;
const SECRET_CHARACTERS = 43; // 62^43 > 2^256
const SHOWN_CHARACTERS = 6;
const TOKEN = /^ilk_(?:test|live)_[0-9A-Za-z]{43}$/;

/** A new API key. `token` is shown once and kept nowhere; `hash` (32 bytes) finds it again, `prefix` tells people which one it is. */
export interface MintedApiKey {
  readonly token: string;
  readonly hash: Buffer;
  readonly prefix: string;
}

/** Mints a key of 256 random bits in base 62 (selected whole by a double click), after `ilk_test_` or `ilk_live_` for secret scanners. */
export function mintApiKey(environment: 'test' | 'live'): MintedApiKey {
  const kind = `ilk_${environment}_`;
  const token = kind + base62(randomBytes(SECRET_BYTES));
  return { token, hash: sha256(token), prefix: token.slice(0, kind.length + SHOWN_CHARACTERS) };
}

/** The hash a presented token is looked up by; `null` when it cannot be one of ours, so that garbage costs no query. */
export function hashApiKey(token: string): Buffer | null {
  return TOKEN.test(token) ? sha256(token) : null;
}

/** A plain hash is enough: nobody guesses 256 random bits, so there is nothing to slow down. */
function sha256(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

function base62(bytes: Buffer): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let i = 0; i < SECRET_CHARACTERS; i += 1) {
    text = ALPHABET.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
