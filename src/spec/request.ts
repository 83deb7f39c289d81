/** What a request is to its supplier: a write, a file (`Http.download`), or anything else, a look-up. */
export type Work = 'write' | 'look-up' | 'file';

/**
 * How a request ended, for whoever counts what a supplier takes: `failed` for a timeout, a refused or broken connection and 5xx;
 * `throttled` for 429; `busy` for a 503 that says when to come back, which an adapter may read as "not processed"; `nothing` where it
 * was stopped on our side, which says nothing about the supplier.
 */
export type RequestEnd = 'answered' | 'failed' | 'throttled' | 'busy' | 'nothing';
