import pg from 'pg';

/** What a group commit writes and how. */
export interface GroupCommitOptions<I, O> {
  /** Writes all items in one transaction and answers one result per item, in order. */
  readonly write: (items: readonly I[]) => Promise<readonly O[]>;
  /** Names what an item claims alone: two items that share a name never ride in the same transaction. */
  readonly keys: (item: I) => readonly string[];
  readonly maxItems: number;
  /** Transactions in flight at once. */
  readonly lanes: number;
}

/** Adds an item to the next transaction; resolves with its result once that is committed. */
export type GroupCommit<I, O> = (item: I) => Promise<O>;

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (result: O) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Concurrent writes share one multi-row transaction and one commit: what arrives in the same turn, or while the lanes are busy,
 * goes together. A batch that fails is run again item by item, so that one bad item cannot take the others with it; a deadlock
 * or a serialization failure is tried again.
 */
export function createGroupCommit<I, O>(options: GroupCommitOptions<I, O>): GroupCommit<I, O> {
  let waiting: Waiting<I, O>[] = [];
  let busy = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled || busy >= options.lanes || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const batch = takeBatch();
      busy += 1;
      void commit(batch).finally(() => {
        busy -= 1;
        schedule();
      });
      schedule();
    });
  };

  const takeBatch = (): Waiting<I, O>[] => {
    const taken: Waiting<I, O>[] = [];
    const rest: Waiting<I, O>[] = [];
    const names = new Set<string>();
    for (const one of waiting) {
      const keys = options.keys(one.item);
      if (taken.length < options.maxItems && !keys.some((key) => names.has(key))) taken.push(one);
      else rest.push(one);
      // A later item with the same name must not overtake an earlier one that waits.
      for (const key of keys) names.add(key);
    }
    waiting = rest;
    return taken;
  };

  const commit = async (batch: Waiting<I, O>[]): Promise<void> => {
    try {
      const results = await retried(() => options.write(batch.map((one) => one.item)));
      batch.forEach((one, index) => one.resolve(results[index] as O));
    } catch (error) {
      if (batch.length === 1) {
        batch[0]?.reject(error);
        return;
      }
      for (const one of batch) await commit([one]);
    }
  };

  return (item) =>
    new Promise<O>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

const RETRIED = new Set(['40P01', '40001']);

/** Runs a transaction again that lost to another one, a few times. Only for work that a rollback leaves without a trace. */
export async function retried<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (tries >= 3 || !(error instanceof pg.DatabaseError) || !RETRIED.has(error.code ?? '')) throw error;
    }
  }
}
