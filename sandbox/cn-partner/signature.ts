import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../engine/clock.js';
import type { OutgoingPush, WireRequest } from '../platform.js';

/** Who signs with which secret. */
export interface Partner {
  readonly partnerId: string;
  readonly hmacKey: string;
}

/** How far a timestamp may be from our clock, either way. */
const WINDOW_MS = 300_000;

/** Says whether a request is the partner's own and new. */
export function openSignatureCheck(partner: Partner, clock: Clock): (request: WireRequest) => boolean {
  const nonces = new Map<string, number>();
  return ({ method, target, headers, body }) => {
    const [id, timestamp, nonce, given] = ['x-partner-id', 'x-timestamp', 'x-nonce', 'x-signature'].map(
      (name) => headers[name],
    );
    const now = clock();
    if (id !== partner.partnerId || typeof timestamp !== 'string' || typeof nonce !== 'string' || nonce === '')
      return false;
    if (!/^\d{13}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > WINDOW_MS) return false;
    const expected = signature(partner.hmacKey, { method, target, timestamp, nonce, body });
    if (typeof given !== 'string' || !same(given, expected)) return false;
    forgetOld(nonces, now);
    if (nonces.has(nonce)) return false;
    nonces.set(nonce, now + 2 * WINDOW_MS);
    return true;
  };
}

/** Signs a notification the way a request is signed. */
export function signPush({ partnerId, hmacKey }: Partner, push: OutgoingPush): Readonly<Record<string, string>> {
  const stamp = { timestamp: String(push.at), nonce: randomUUID() };
  return {
    'X-Partner-Id': partnerId,
    'X-Timestamp': stamp.timestamp,
    'X-Nonce': stamp.nonce,
    'X-Signature': signature(hmacKey, { method: 'POST', target: push.target, body: push.body, ...stamp }),
  };
}

interface Signed {
  readonly method: string;
  readonly target: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: string | Buffer;
}

function signature(key: string, { method, target, timestamp, nonce, body }: Signed): string {
  const digest = createHash('sha256').update(body).digest('hex');
  return createHmac('sha256', key).update([method, target, timestamp, nonce, digest].join('\n')).digest('base64');
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Nonces were added in the order in which they end. */
function forgetOld(nonces: Map<string, number>, now: number): void {
  for (const [nonce, until] of nonces) {
    if (until > now) return;
    nonces.delete(nonce);
  }
}
