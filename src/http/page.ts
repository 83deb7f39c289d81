import type { PageRequest } from '../core/answer.js';

/** What the contract states as the default of `limit`. */
export const DEFAULT_LIMIT = 50;

/** The page that a list's query asks for. */
export function pageOf(query: { readonly limit?: number; readonly cursor?: string }): PageRequest {
  return { limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor };
}
