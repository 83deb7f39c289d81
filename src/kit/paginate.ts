import { unbelievable } from './faults.js';

/** One page of a supplier's listing. `hasMore` and `total`, where the supplier states them, each promise more by itself. */
export interface ListPage<T> {
  readonly records: readonly T[];
  readonly hasMore?: boolean | undefined;
  /** How many records the whole listing has. */
  readonly total?: number | undefined;
}

/** A listing that is asked for page by page. `key` tells one record from another; positions count from 0 over the whole. */
export interface Listing<T> {
  /** The page that begins after so many records. */
  readonly page: (offset: number) => Promise<ListPage<T>>;
  readonly key: (record: T, position: number) => string;
  /** What has more records than this does not end. */
  readonly most: number;
}

/**
 * The pages of a listing, each record once by its key: suppliers count offsets from 0 or from 1, so pages may overlap. A page
 * that brings nothing new although more was promised is an `unknown-outcome` fault: half a list must not prove an absence.
 */
export async function* paginate<T>(listing: Listing<T>): AsyncGenerator<ListPage<T>> {
  const seen = new Set<string>();
  let promised = false;
  do {
    const offset = seen.size;
    const page = await listing.page(offset);
    const fresh = page.records.filter((record, index) => {
      return seen.size < seen.add(listing.key(record, offset + index)).size;
    });
    if (promised && fresh.length === 0) throw unbelievable('a page is missing');
    if (seen.size > listing.most) throw unbelievable('the listing does not end');
    yield { ...page, records: fresh };
    promised = page.hasMore === true || (page.total ?? 0) > seen.size;
  } while (promised);
}

/**
 * All records of a listing whose pages state its total, as of one moment: where the pages disagree about the total, or it is
 * not what was read, the listing has changed meanwhile and is read anew, once; then that is an `unknown-outcome` fault.
 */
export async function wholeList<T>(listing: Listing<T>): Promise<readonly T[]> {
  const records = (await readOnce(listing)) ?? (await readOnce(listing));
  if (records === null) throw unbelievable('the listing changes while it is read');
  return records;
}

async function readOnce<T>(listing: Listing<T>): Promise<readonly T[] | null> {
  const records: T[] = [];
  let total: number | undefined;
  for await (const page of paginate(listing)) {
    total ??= page.total ?? 0;
    if (total !== (page.total ?? 0)) return null;
    for (const record of page.records) records.push(record);
  }
  return records.length === total ? records : null;
}
