import type { JsonRecord } from '../../src/kit/answer.js';
import { jsonObject, optionalPoints } from '../../src/kit/answer.js';
import type { HttpResponse } from '../../src/spec/adapter.js';
import { faultOf, unbelievable } from './errors.js';

const MOST_RECORDS = 10_000;

/** The content of a 200; `null` for 204, this supplier's "nothing found"; anything else is a fault. */
export function found(response: HttpResponse): JsonRecord | null {
  if (response.status === 204) return null;
  if (response.status === 200) return jsonObject(response);
  throw faultOf(response);
}

/**
 * The records of a listing, page by page, each once by its `key`: `offset` counts from 0 or from 1, so pages may
 * overlap. A page that brings nothing new although more was promised is a fault: half a list must not prove an absence.
 */
export async function* pages(
  fetch: (offset: number) => Promise<HttpResponse>,
  read: (page: JsonRecord) => readonly JsonRecord[],
  key: (record: JsonRecord, position: number) => string,
): AsyncGenerator<readonly JsonRecord[]> {
  const seen = new Set<string>();
  let promised = false;
  for (;;) {
    const offset = seen.size;
    const page = found(await fetch(offset));
    const fresh = (page === null ? [] : read(page)).filter((record, index) => {
      const name = key(record, offset + index);
      return seen.size < seen.add(name).size;
    });
    if (promised && fresh.length === 0) throw unbelievable('a page is missing');
    if (seen.size > MOST_RECORDS) throw unbelievable('the listing does not end');
    yield fresh;
    promised = page !== null && morePromised(page, seen.size);
    if (!promised) return;
  }
}

/** Both fields are optional and `hasMore` is described the wrong way round, so each alone is reason to look on. */
function morePromised(page: JsonRecord, received: number): boolean {
  return page['hasMore'] === true || (optionalPoints(page, 'totalResults') ?? 0) > received;
}
