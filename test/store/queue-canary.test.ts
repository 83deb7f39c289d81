import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CanaryBook, CanaryState } from '../../src/core/health/ports.js';
import { createCanaryBook } from '../../src/store/queue-canary.js';
import { openStoreBench, type StoreBench } from './store-bench.js';

let bench: StoreBench;
let book: CanaryBook;
beforeAll(async () => {
  bench = await openStoreBench();
  book = createCanaryBook(bench.pools.relay);
});
beforeEach(async () => {
  await bench.owner.query('DELETE FROM queue_canary');
});
afterAll(() => bench.close());

/** Moves all that has happened so far into the past. */
const later = (seconds: number) =>
  bench.owner.query(
    `UPDATE queue_canary SET sent_at = sent_at - make_interval(secs => $1), seen_at = seen_at - make_interval(secs => $1),
       waiting_since = waiting_since - make_interval(secs => $1)`,
    [seconds],
  );
const state = async (): Promise<CanaryState | undefined> => (await book.states())[0];

describe('the book of canaries', () => {
  it('has one sent every so often, by whoever comes first', async () => {
    const both = await Promise.all([book.send(['live', 'lookup'], 30_000), book.send(['lookup', 'live'], 30_000)]);
    expect(
      both
        .flat()
        .map(({ queue }) => queue)
        .sort(),
    ).toEqual(['live', 'lookup']);
    expect(await book.send(['live'], 30_000)).toEqual([]);
    await later(30);
    expect(await book.send(['live'], 30_000)).toHaveLength(1);
  });

  it('says when one was sent, seen and how long it took', async () => {
    const [canary] = await book.send(['live'], 30_000);
    expect(await state()).toMatchObject({ queue: 'live', sinceSeenMs: null, delayMs: null });
    expect((await state())?.waitingMs).toBeGreaterThanOrEqual(0);
    if (canary === undefined) throw new Error('none was sent');
    await book.seen(canary);
    const seen = await state();
    expect(seen?.waitingMs).toBeNull();
    expect(seen?.delayMs).toBeGreaterThanOrEqual(0);
    await book.seen(canary);
    expect((await state())?.waitingMs).toBeNull();
  });

  it('counts from the oldest that has not come back, however many were sent since', async () => {
    for (let round = 0; round < 4; round += 1) {
      await book.send(['live'], 30_000);
      await later(40);
    }
    expect((await state())?.waitingMs).toBeGreaterThanOrEqual(160_000);
  });

  it('still waits for those after one that was overtaken', async () => {
    await book.send(['live'], 30_000);
    await later(100);
    const sentAt = await bench.owner.query<{ sent_at: string }>('SELECT sent_at::text FROM queue_canary');
    await book.send(['live'], 30_000);
    await book.seen({ queue: 'live', sentAt: sentAt.rows[0]?.sent_at ?? '' });
    const overtaken = await state();
    expect(overtaken?.waitingMs).toBeGreaterThanOrEqual(100_000);
    expect(overtaken?.delayMs).toBeGreaterThanOrEqual(100_000);
  });

  it('forgets those of a life before', async () => {
    await book.send(['live'], 30_000);
    await later(86_400);
    await book.send(['live'], 30_000);
    expect((await state())?.waitingMs).toBeLessThan(30_000);
  });
});
