import type { Fault } from '../spec/errors.js';

/** Whose hands the request was in when it failed: `held`, no byte had been given to a socket; `released`, some may have left. */
export type Progress = 'held' | 'released';

/** Ends that we decide ourselves, beside the error codes of Node. */
export type Stop =
  | 'lease-too-short'
  | 'aborted'
  | 'connect-timeout'
  | 'first-byte-timeout'
  | 'stalled'
  | 'total-timeout'
  | 'body-too-large'
  | 'body-truncated'
  | 'body-undecodable';

/**
 * The words for each cause, and the only three causes that prove by themselves that nothing was sent. Everything else is
 * judged by progress alone: the same reset is harmless in a TLS handshake and an unknown outcome a millisecond later.
 */
const CAUSES: Readonly<Record<string, { readonly words: string; readonly neverSent?: true }>> = {
  // connect(2) alone answers this; no data can have been taken.
  ECONNREFUSED: { words: 'connection refused', neverSent: true },
  // getaddrinfo(3): there was no address to send to.
  ENOTFOUND: { words: 'name look-up failed', neverSent: true },
  EAI_AGAIN: { words: 'name look-up failed for now', neverSent: true },

  // These come while connecting, but an established connection may report them too (ICMP, retransmissions given up).
  EHOSTUNREACH: { words: 'host unreachable' },
  ENETUNREACH: { words: 'network unreachable' },
  ETIMEDOUT: { words: 'connection timed out' },
  // On a kept socket a reset may follow a request that was processed: never sent again by us.
  ECONNRESET: { words: 'connection reset' },
  EPIPE: { words: 'connection closed' },

  // The handshake fails before any byte of the request; there is no way down to an unverified connection.
  CERT_HAS_EXPIRED: { words: 'certificate expired' },
  CERT_NOT_YET_VALID: { words: 'certificate not yet valid' },
  ERR_TLS_CERT_ALTNAME_INVALID: { words: 'certificate of another host' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { words: 'certificate not trusted' },
  SELF_SIGNED_CERT_IN_CHAIN: { words: 'certificate not trusted' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { words: 'certificate not trusted' },
  UNABLE_TO_GET_ISSUER_CERT: { words: 'certificate not trusted' },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { words: 'certificate not trusted' },

  ...({
    'lease-too-short': { words: 'lease too short to begin a write' },
    aborted: { words: 'aborted by the caller' },
    'connect-timeout': { words: 'no connection in time' },
    'first-byte-timeout': { words: 'no answer in time' },
    stalled: { words: 'answer stood still' },
    'total-timeout': { words: 'not finished in time' },
    'body-too-large': { words: 'answer too large' },
    'body-truncated': { words: 'answer cut off' },
    'body-undecodable': { words: 'answer in an unreadable encoding' },
  } satisfies Record<Stop, { words: string }>),
};

const NODE_CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

/** The fault of a failed exchange. `detail` is ours or a bare error code, never text that came with the error. */
export function classify(progress: Progress, cause: string): Extract<Fault, { detail: string }> {
  const known = Object.hasOwn(CAUSES, cause) ? CAUSES[cause] : undefined;
  const detail = known?.words ?? (NODE_CODE.test(cause) ? cause : 'transport failed');
  if (known?.neverSent || progress === 'held') return { kind: 'not-sent', detail };
  return { kind: 'unknown-outcome', detail };
}
