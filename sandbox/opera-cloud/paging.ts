/** The paging fields of the platform's list answers. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly fields: {
    readonly totalPages: number;
    readonly offset: number;
    readonly limit: number;
    readonly hasMore: boolean;
    readonly totalResults: number;
    readonly count: number;
  };
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 4_000;

/**
 * Cuts a page out of a list. `first` is the index of the first record: the contract has lists that count from 0 and, by
 * their default, one that counts from 1; an offset below `first` begins at the beginning.
 */
export function pageOf<T>(all: readonly T[], query: URLSearchParams, first: 0 | 1): Page<T> {
  const limit = Math.min(MAX_LIMIT, wholeOr(query.get('limit'), DEFAULT_LIMIT) || DEFAULT_LIMIT);
  const offset = Math.max(first, wholeOr(query.get('offset'), first));
  const start = offset - first;
  const items = all.slice(start, start + limit);
  return {
    items,
    fields: {
      totalPages: Math.ceil(all.length / limit),
      offset,
      limit,
      hasMore: start + items.length < all.length,
      totalResults: all.length,
      count: items.length,
    },
  };
}

function wholeOr(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}
