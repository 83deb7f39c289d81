import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from '../../src/core/answer.js';
import type { OperationFilter, OperationRow } from '../../src/core/operation/ports.js';
import { createLinkStore } from '../../src/store/link-store.js';
import { accepted, carried, posted, REJECTED } from './operations.js';
import { openStoreBench, type StoreBench, type Tenant } from './store-bench.js';

const COUNT = 7;
let bench: StoreBench;
let ids: string[] = [];
beforeAll(async () => {
  bench = await openStoreBench({ links: 3 });
  ids = [];
  for (let index = 0; index < COUNT; index += 1) ids.push(await accepted(bench, bench.demo));
  for (let index = 0; index < 3; index += 1) await accepted(bench, bench.other);
});
afterAll(() => bench.close());

const list = (tenant: Tenant, cursor?: string, filter: OperationFilter = {}): Promise<Page<OperationRow>> =>
  bench.store.list(tenant.caller, filter, { limit: 3, ...(cursor === undefined ? {} : { cursor }) });

/** Turns pages until there is no next one. */
async function all<T>(page: (cursor?: string) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const one = await page(cursor);
    items.push(...one.items);
    cursor = one.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}

describe('a list', () => {
  it('turns page by page, newest first, each operation once, of this tenant', async () => {
    const seen = await all((cursor) => list(bench.demo, cursor));
    expect(seen.map(({ id }) => id)).toEqual([...ids].reverse());
    expect((await all((cursor) => list(bench.other, cursor))).length).toBe(3);
  });

  it('ends exactly: a last page that is full has no next one', async () => {
    expect((await list(bench.other)).next).toBeNull();
  });

  it('does not show twice what is accepted meanwhile', async () => {
    const first = await list(bench.demo);
    ids.push(await accepted(bench, bench.demo));
    const second = await list(bench.demo, first.next ?? '');
    const seen = [...first.items, ...second.items].map(({ id }) => id);
    expect(new Set(seen).size).toBe(6);
    expect(seen).not.toContain(ids.at(-1));
  });

  it('can be narrowed by state, link, kind and time', async () => {
    const [one = '', two = ''] = ids;
    await carried(bench, bench.demo, one, posted('S-list'));
    await carried(bench, bench.demo, two, REJECTED);
    const of = async (filter: OperationFilter) =>
      (await all((cursor) => list(bench.demo, cursor, filter))).map(({ id }) => id);
    expect(await of({ state: 'posted' })).toEqual([one]);
    expect(await of({ state: 'rejected', kind: 'accrual' })).toEqual([two]);
    expect(await of({ kind: 'reversal' })).toEqual([]);
    expect(await of({ linkId: bench.demo.links[2] ?? '' })).toEqual([]);
    expect(await of({ linkId: bench.other.links[0] ?? '' })).toEqual([]);
    expect(await of({ scheme: 'blue-air', from: '2000-01-01T00:00:00Z' })).toHaveLength(ids.length);
    expect(await of({ to: '2000-01-01T00:00:00Z' })).toEqual([]);
  });

  it('shows an organisation its own', async () => {
    const caller = { ...bench.demo.caller, organisation: 'acme' };
    expect((await bench.store.list(caller, {}, { limit: 3 })).items).toEqual([]);
    await bench.owner.query(`UPDATE operation SET organisation = 'acme/sales' WHERE id = $1`, [ids[0]]);
    expect((await bench.store.list(caller, {}, { limit: 3 })).items.map(({ id }) => id)).toEqual([ids[0]]);
    expect(await bench.store.get(caller, ids[1] ?? '')).toBeNull();
    expect(await bench.store.get({ ...caller, organisation: 'acme/sale' }, ids[0] ?? '')).toBeNull();
  });
});

describe('a cursor', () => {
  const INVALID = { code: 'INVALID', details: { errors: [{ pointer: '/query/cursor' }] } };
  const forge = (text: string): string => Buffer.from(text).toString('base64url');

  it('of another tenant is refused', async () => {
    const { next } = await list(bench.demo);
    await expect(list(bench.other, next ?? '')).rejects.toMatchObject(INVALID);
  });

  it('that was made up or changed is refused', async () => {
    const { next } = await list(bench.demo);
    const [place = '', binding = ''] = Buffer.from(next ?? '', 'base64url')
      .toString()
      .split('~');
    for (const made of [
      '',
      'x',
      '~',
      forge(place),
      forge(`${place}~`),
      forge(`${ids[0] ?? ''}~${binding}`),
      forge(`${place}~${binding}0`),
      forge(`' OR true~${binding}`),
      `${next ?? ''}${next ?? ''}`,
    ]) {
      await expect(list(bench.demo, made)).rejects.toMatchObject(INVALID);
    }
  });

  it('of links and of a timeline likewise', async () => {
    const store = createLinkStore(bench.pools);
    const { caller, links } = bench.demo;
    const ofLinks = (cursor?: string) => store.list(caller, {}, { limit: 1, cursor });
    expect((await all(ofLinks)).map(({ id }) => id)).toEqual([...links].sort().reverse());
    const [link = ''] = links;
    const ofTime =
      (who = bench.demo) =>
      (cursor?: string) =>
        store.timeline(who.caller, link, { limit: 2, cursor });
    const entries = await all(ofTime());
    expect(entries.length).toBe(ids.length + 4);
    expect(entries.map(({ at }) => at)).toEqual(
      entries
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    const { next } = await ofTime()();
    await expect(ofTime(bench.other)(next ?? '')).rejects.toMatchObject(INVALID);
    await expect(ofTime()(forge('9999-99-99 99:99+00|x|1~0'))).rejects.toMatchObject(INVALID);
    await expect(ofLinks(next ?? '')).rejects.toMatchObject(INVALID);
  });
});
