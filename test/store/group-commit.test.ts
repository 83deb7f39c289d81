import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { createGroupCommit, type GroupCommitOptions } from '../../src/store/group-commit.js';

interface Item {
  readonly name: string;
  readonly keys: readonly string[];
}
const item = (name: string, ...keys: string[]): Item => ({ name, keys });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const databaseError = (code: string): Error => Object.assign(new pg.DatabaseError('x', 1, 'error'), { code });

/** A group commit whose batches are written down; `write` says what becomes of each. */
function committing(options: Partial<GroupCommitOptions<Item, string>> = {}) {
  const batches: string[][] = [];
  const commit = createGroupCommit<Item, string>({
    keys: (one) => one.keys,
    maxItems: 100,
    lanes: 2,
    ...options,
    write: async (items) => {
      batches.push(items.map(({ name }) => name));
      return (await options.write?.(items)) ?? items.map(({ name }) => `done ${name}`);
    },
  });
  return { commit, batches };
}

describe('group commit', () => {
  it('writes what arrives together in one transaction and answers each with its own', async () => {
    const { commit, batches } = committing();
    const results = await Promise.all(['a', 'b', 'c'].map((name) => commit(item(name))));
    expect(results).toEqual(['done a', 'done b', 'done c']);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('writes no more at once than it may, in as many lanes as it has', async () => {
    let open = 0;
    let most = 0;
    const write = async (items: readonly Item[]): Promise<string[]> => {
      open += 1;
      most = Math.max(most, open);
      // Long enough for every lane to have begun.
      for (let turns = 0; turns < 10; turns += 1) await turn();
      open -= 1;
      return items.map(({ name }) => name);
    };
    const { commit, batches } = committing({ write, maxItems: 4, lanes: 3 });
    await Promise.all(Array.from({ length: 40 }, (_, index) => commit(item(String(index)))));
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(4);
    expect(most).toBe(3);
    expect(batches.flat().map(Number)).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });

  it('a bad item fails alone', async () => {
    const write = async (items: readonly Item[]): Promise<string[]> => {
      if (items.some(({ name }) => name === 'bad')) throw new Error('bad');
      return items.map(({ name }) => name);
    };
    const { commit, batches } = committing({ write });
    const results = await Promise.allSettled(['a', 'bad', 'c'].map((name) => commit(item(name))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(batches).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
    expect(await commit(item('later'))).toBe('later');
  });

  it.each(['40P01', '40001'])('tries again after %s, and then gives up', async (code) => {
    let failures = 2;
    const write = async (items: readonly Item[]): Promise<string[]> => {
      failures -= 1;
      if (failures >= 0) throw databaseError(code);
      return items.map(({ name }) => name);
    };
    const { commit, batches } = committing({ write });
    expect(await commit(item('a'))).toBe('a');
    expect(batches).toHaveLength(3);
    failures = 3;
    await expect(commit(item('b'))).rejects.toMatchObject({ code });
    expect(batches).toHaveLength(6);
  });

  it('does not try again what would fail again', async () => {
    const { commit, batches } = committing({ write: () => Promise.reject(databaseError('23505')) });
    await expect(commit(item('a'))).rejects.toMatchObject({ code: '23505' });
    expect(batches).toHaveLength(1);
  });
});

describe('items that claim the same', () => {
  it('never ride together, and go in the order they came', async () => {
    const { commit, batches } = committing({ lanes: 1 });
    await Promise.all([item('a1', 'x'), item('b', 'y'), item('a2', 'x'), item('a3', 'x'), item('c', 'z')].map(commit));
    expect(batches).toEqual([['a1', 'b', 'c'], ['a2'], ['a3']]);
  });

  it('do not overtake one that waits for another reason', async () => {
    const { commit, batches } = committing({ lanes: 1 });
    // The second waits for `x`; the third shares `y` with it and must not go before it.
    await Promise.all([item('first', 'x'), item('second', 'x', 'y'), item('third', 'y')].map(commit));
    expect(batches).toEqual([['first'], ['second'], ['third']]);
  });

  it('keep that order whatever comes together', async () => {
    const names = fc.array(fc.subarray(['x', 'y', 'z'], { minLength: 1 }), { minLength: 1, maxLength: 25 });
    const property = fc.asyncProperty(names, fc.integer({ min: 1, max: 5 }), async (all, maxItems) => {
      const { commit, batches } = committing({ lanes: 1, maxItems });
      await Promise.all(all.map((keys, index) => commit(item(String(index), ...keys))));
      const order = batches.flat().map(Number);
      expect([...order].sort((a, b) => a - b)).toEqual(all.map((_keys, index) => index));
      for (const key of ['x', 'y', 'z']) {
        const sharing = order.filter((index) => all[index]?.includes(key));
        expect(sharing).toEqual([...sharing].sort((a, b) => a - b));
      }
      for (const batch of batches) {
        const keys = batch.flatMap((name) => all[Number(name)] ?? []);
        expect(new Set(keys).size).toBe(keys.length);
      }
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
