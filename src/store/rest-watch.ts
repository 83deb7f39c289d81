import type { RestWatch } from '../core/operation/ports.js';
import { FINAL_STATES, type OperationState } from '../spec/operation.js';
import type { Pools } from './pools.js';

/** Where an operation rests, if nothing more was asked of it: final, or where only others can move it on. */
const RESTING: readonly OperationState[] = [...FINAL_STATES, 'held', 'awaiting-approval', 'submitted', 'needs-review'];
const LOOK_EVERY_MS = 40;

interface Waiter {
  readonly operationId: string;
  readonly until: number;
  readonly resolve: (rested: boolean) => void;
}

/** One query at a time answers for everybody who waits, however many they are. */
export function createRestWatch({ relay }: Pools): RestWatch {
  let waiters: Waiter[] = [];
  let looking = false;

  const look = async (): Promise<void> => {
    while (waiters.length > 0) {
      const ids = [...new Set(waiters.map((waiter) => waiter.operationId))];
      const found = await relay
        .query<{ id: string }>({
          name: 'rested',
          text: `SELECT id FROM operation WHERE id = ANY ($1::uuid[]) AND state = ANY ($2) AND (intent IS NULL OR state <> 'held')`,
          values: [ids, RESTING],
        })
        .catch(() => null);
      const rested = new Set(found?.rows.map((row) => row.id));
      const now = performance.now();
      waiters = waiters.filter((waiter) => {
        const done = rested.has(waiter.operationId) || waiter.until <= now;
        if (done) waiter.resolve(rested.has(waiter.operationId));
        return !done;
      });
      if (waiters.length > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    looking = false;
  };

  return {
    rested: (operationId, seconds) =>
      new Promise((resolve) => {
        waiters.push({ operationId, until: performance.now() + seconds * 1000, resolve });
        if (looking) return;
        looking = true;
        void look();
      }),
  };
}
