import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { handlersFor } from '../../jobs/index.js';
import type { Canary } from '../../src/core/health/ports.js';
import { openBackend, type QueueBackend } from '../../src/queue/backend.js';
import { openQueues } from '../../src/queue/open-queues.js';
import { QUEUES } from '../../src/queue/queue-name.js';
import { createQueueWatch } from '../../src/queue/queue-watch.js';
import { startWorkers } from '../../src/queue/wake-queue.js';
import { createCanaryBook } from '../../src/store/queue-canary.js';
import { openStoreBench, type StoreBench } from '../store/store-bench.js';
import { eventually } from '../support/eventually.js';
import { type TestPlace, testPlaces } from './queue-places.js';

const nothing = (): Promise<void> => Promise.resolve();

describe.each(testPlaces())('canaries on $queue', ({ open }) => {
  let at: TestPlace;
  let bench: StoreBench;
  let backend: QueueBackend;
  let closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    [at, bench] = await Promise.all([open(), openStoreBench()]);
    backend = openBackend(at.place);
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
    closing = [];
    backend.close();
    await Promise.all([at.close(), bench.close()]);
  });

  it('wait as jobs, go through every queue, and come back as rows', async () => {
    const queues = openQueues(backend, () => undefined);
    closing.push(() => queues.close());
    const watch = createQueueWatch(queues);
    const canaries = createCanaryBook(bench.pools.relay);
    await watch.answers();

    for (const canary of await canaries.send(QUEUES, 30_000)) await watch.addCanary(canary);
    const depths = await watch.depths();
    expect(depths.map(({ lane, waiting, active }) => [lane, waiting, active])).toEqual(
      QUEUES.map((lane) => [lane, 1, 0]),
    );
    for (const { oldestMs } of depths) expect(oldestMs).toBeGreaterThanOrEqual(0);
    expect((await canaries.states()).every(({ waitingMs }) => waitingMs !== null)).toBe(true);

    const seen: Canary[] = [];
    const note = async (canary: Canary): Promise<void> => {
      seen.push(canary);
      await canaries.seen(canary);
    };
    const handlers = handlersFor({
      engine: { wake: () => undefined },
      reconcile: { openNight: nothing, wake: nothing },
      resync: { wake: nothing },
      canaries: { seen: note },
    });
    const workers = startWorkers(backend, handlers, () => undefined);
    closing.push(() => workers.close());
    const states = await eventually(
      () => canaries.states(),
      (all) => all.every(({ waitingMs }) => waitingMs === null),
    );
    expect(states.map(({ queue }) => queue)).toEqual([...QUEUES].sort());
    for (const { delayMs } of states) expect(delayMs).toBeGreaterThanOrEqual(0);
    expect(seen.map(({ queue }) => queue).sort()).toEqual([...QUEUES].sort());
  });

  it('are not taken by workers that pause, and are once they go on', async () => {
    const queues = openQueues(backend, () => undefined);
    const watch = createQueueWatch(queues);
    const seen: string[] = [];
    const workers = startWorkers(
      backend,
      handlersFor({
        engine: { wake: () => undefined },
        reconcile: { openNight: nothing, wake: nothing },
        resync: { wake: nothing },
        canaries: { seen: ({ sentAt }) => Promise.resolve(void seen.push(sentAt)) },
      }),
      () => undefined,
    );
    closing.push(
      () => queues.close(),
      () => workers.close(),
    );
    for (const close of closing.splice(0, closing.length - 2)) await close();
    await workers.pause();
    await watch.addCanary({ queue: 'nightly', sentAt: 'while it pauses' });
    // A fetch that was under way may still bring one; from the second on nothing is fetched.
    await watch.addCanary({ queue: 'nightly', sentAt: 'after that' });
    const [, , , nightly] = await watch.depths();
    expect(nightly?.waiting).toBeGreaterThanOrEqual(1);
    expect(seen).not.toContain('after that');
    await workers.resume();
    await eventually(
      () => Promise.resolve(seen),
      (all) => all.includes('after that') && all.includes('while it pauses'),
    );
  });
});
