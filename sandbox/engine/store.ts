import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
} from 'node:fs';
import { join } from 'node:path';

/** Named values of one kind, in memory and, where the store has a journal, on disk before the next answer leaves. */
export interface Collection<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  values(): Iterable<T>;
  readonly size: number;
}

/** Everything the simulated suppliers know. */
export interface Store {
  collection<T>(name: string): Collection<T>;
  /** Runs `work` and journals all its changes as one line: after a kill either all of them are there or none. */
  commit<R>(work: () => R): R;
  /** Forgets everything, on disk too. */
  clear(): void;
  close(): void;
}

/** `[collection, key, value]`; without a value the key is gone. */
type Change = readonly [string, string, unknown?];

const JOURNAL = 'sandbox.ndjson';

/** Opens the store of that folder, or one in memory only where there is none. */
export function openStore(dataDir?: string): Store {
  const maps = new Map<string, Map<string, unknown>>();
  const mapOf = (name: string): Map<string, unknown> => {
    const known = maps.get(name) ?? new Map<string, unknown>();
    maps.set(name, known);
    return known;
  };
  const file = dataDir === undefined ? null : openJournal(dataDir, mapOf, maps);
  let pending: Change[] = [];
  let depth = 0;

  const flush = (): void => {
    if (file !== null && pending.length > 0) appendFileSync(file, `${JSON.stringify(pending)}\n`);
    pending = [];
  };
  const change = (entry: Change): void => {
    pending.push(entry);
    if (depth === 0) flush();
  };

  return {
    collection: <T>(name: string): Collection<T> => ({
      get: (key) => mapOf(name).get(key) as T | undefined,
      set: (key, value) => {
        mapOf(name).set(key, value);
        change([name, key, value]);
      },
      delete: (key) => {
        if (mapOf(name).delete(key)) change([name, key]);
      },
      values: () => mapOf(name).values() as Iterable<T>,
      get size() {
        return mapOf(name).size;
      },
    }),
    commit: (work) => {
      depth += 1;
      try {
        return work();
      } finally {
        depth -= 1;
        if (depth === 0) flush();
      }
    },
    clear: () => {
      maps.clear();
      pending = [];
      if (file !== null) ftruncateSync(file);
    },
    close: () => {
      if (file !== null) closeSync(file);
    },
  };
}

/** Replays the journal, writes what is still true into a fresh one and opens that for appending. */
function openJournal(
  dataDir: string,
  mapOf: (name: string) => Map<string, unknown>,
  maps: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): number {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, JOURNAL);
  for (const [name, key, ...value] of changesOf(path)) {
    if (value.length === 0) mapOf(name).delete(key);
    else mapOf(name).set(key, value[0]);
  }
  const fresh = openSync(`${path}.new`, 'w', 0o600);
  for (const [name, map] of maps) {
    const lines = Array.from(map, ([key, value]) => `${JSON.stringify([[name, key, value]])}\n`);
    appendFileSync(fresh, lines.join(''));
  }
  closeSync(fresh);
  renameSync(`${path}.new`, path);
  return openSync(path, 'a', 0o600);
}

/** A kill may have cut the last line short; what it said was never answered, so it is left out. */
function* changesOf(path: string): Generator<Change> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = text.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    try {
      yield* JSON.parse(line) as Change[];
    } catch (error) {
      throw new Error(`${path} is damaged in line ${index + 1}; move it away to start afresh`, { cause: error });
    }
  }
}
