import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ListPage, type Listing, paginate, wholeList } from '../../src/kit/paginate.js';

/** Serves these pages in turn and remembers at which offsets they were asked for. */
function listing(pages: readonly ListPage<string>[], most = 100): Listing<string> & { readonly offsets: number[] } {
  const offsets: number[] = [];
  const page = (offset: number): Promise<ListPage<string>> => {
    const next = pages[offsets.push(offset) - 1];
    return next === undefined ? Promise.reject(new Error('asked for too much')) : Promise.resolve(next);
  };
  return { page, key: (record) => record, most, offsets };
}

async function all(of: Listing<string>): Promise<readonly string[]> {
  const records: string[] = [];
  for await (const page of paginate(of)) records.push(...page.records);
  return records;
}

describe('the pages of a listing', () => {
  it.each<[string, readonly ListPage<string>[], readonly number[]]>([
    [
      'hasMore',
      [
        { records: ['a', 'b'], hasMore: true },
        { records: ['c'], hasMore: false },
      ],
      [0, 2],
    ],
    [
      'a total',
      [
        { records: ['a', 'b'], total: 3 },
        { records: ['c'], total: 3 },
      ],
      [0, 2],
    ],
    ['a total that hasMore denies', [{ records: ['a', 'b'], hasMore: false, total: 3 }, { records: ['c'] }], [0, 2]],
    ['pages that overlap', [{ records: ['a', 'b'], hasMore: true }, { records: ['b', 'c'] }], [0, 2]],
    ['nothing promised', [{ records: ['a', 'b', 'c'] }], [0]],
  ])('are read by %s, each record once', async (_what, pages, offsets) => {
    const given = listing(pages);
    expect(await all(given)).toEqual(['a', 'b', 'c']);
    expect(given.offsets).toEqual(offsets);
  });

  it('are none where there is none', async () => {
    expect(await all(listing([{ records: [] }]))).toEqual([]);
  });

  it.each<[string, ListPage<string>]>([
    ['nothing', { records: [] }],
    ['the same', { records: ['a'], hasMore: true }],
  ])('are no list when more was promised and %s comes', async (_what, second) => {
    await expect(all(listing([{ records: ['a'], hasMore: true }, second]))).rejects.toThrow('a page is missing');
  });

  it('end somewhere', async () => {
    const endless: Listing<string> = {
      page: (offset) => Promise.resolve({ records: [String(offset)], hasMore: true }),
      key: (record) => record,
      most: 3,
    };
    await expect(all(endless)).rejects.toThrow('the listing does not end');
  });

  it('tell records without a name apart by their places', async () => {
    const alike = { ...listing([{ records: ['x', 'x'], total: 3 }, { records: ['x'] }]), key: placeOf };
    expect(await all(alike)).toEqual(['x', 'x', 'x']);
  });
});

const placeOf = (_record: string, position: number): string => String(position);

describe('a whole list', () => {
  it('is the list of before or of after, never a mixture, when a record comes or goes between two pages', async () => {
    const change = fc.record({
      count: fc.integer({ min: 0, max: 9 }),
      size: fc.integer({ min: 1, max: 4 }),
      place: fc.nat(9),
      kind: fc.constantFrom('comes', 'goes'),
      after: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ count, size, place, kind, after }) => {
        const before = Array.from({ length: count }, (_none, index) => `r${index}`);
        const changed = kind === 'comes' ? before.toSpliced(place, 0, 'new') : before.toSpliced(place, 1);
        let asked = 0;
        const page = (offset: number): Promise<ListPage<string>> => {
          asked += 1;
          const now = asked > after ? changed : before;
          const records = now.slice(offset, offset + size);
          // The total stands on each record, so an empty page has none.
          return Promise.resolve({ records, total: records.length === 0 ? undefined : now.length });
        };
        const read = await wholeList({ page, key: (record) => record, most: 100 }).catch(String);
        if (typeof read === 'string') expect(read).toContain('a page is missing');
        else expect([before, changed]).toContainEqual(read);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read anew once, and then given up', async () => {
    const grown: ListPage<string>[] = [
      { records: ['a'], total: 2 },
      { records: ['b'], total: 3 },
    ];
    const whole: ListPage<string>[] = [{ records: ['a', 'b', 'c'], total: 3 }];
    expect(await wholeList(listing([...grown, ...whole]))).toEqual(['a', 'b', 'c']);
    await expect(wholeList(listing([...grown, ...grown, ...whole]))).rejects.toThrow('changes while it is read');
  });
});
