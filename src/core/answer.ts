import type { Problem } from './problem.js';

/** An answer as it leaves and as it is stored under an idempotency key: replays give the same bytes. */
export interface StoredAnswer {
  readonly status: number;
  readonly contentType: 'application/json' | 'application/problem+json';
  readonly body: string;
  /** Value of the Location header, a path such as `/v1/operations/op_…`. */
  readonly location?: string | undefined;
}

/** `replayed` when the answer was stored by an earlier request with the same key; the id lets the door wait for the outcome. */
export interface Answer extends StoredAnswer {
  readonly replayed: boolean;
  readonly operationId?: string | undefined;
  readonly linkId?: string | undefined;
}

/**
 * What a creating request brings along. `fingerprint` is 32 bytes of method, path and canonical body, by a key of ours;
 * `refuse` renders a problem in the caller's language, so that a stored refusal replays byte for byte.
 */
export interface IdempotentRequest {
  readonly key: string;
  readonly fingerprint: Buffer;
  readonly refuse: (problem: Problem) => StoredAnswer;
}

/** A page of a list, newest first; `next` goes back as `cursor`. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** `cursor` is opaque and bound to the tenant; `limit` is 1 to 200. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}
