import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { handlersFor, type Runners } from '../../jobs/index.js';
import type { WakeUp } from '../../src/core/operation/ports.js';
import { openBackend, type QueueBackend } from '../../src/queue/backend.js';
import { openQueues } from '../../src/queue/open-queues.js';
import { createWakeQueue, startWorkers } from '../../src/queue/wake-queue.js';
import { eventually } from '../support/eventually.js';
import { type TestPlace, testPlaces } from './queue-places.js';

const CONNECTION = '01900000-0000-7000-8000-0000000000c1';
const NIL = '00000000-0000-0000-0000-000000000000';
const HINTS = [
  { tenantId: '01900000-0000-7000-8000-00000000000a', id: '01900000-0000-7000-8000-0000000000d1' },
  { tenantId: '01900000-0000-7000-8000-00000000000b', id: '01900000-0000-7000-8000-0000000000d2' },
];

/** Runners that note how they are woken; `failing` is thrown by the resync's. */
function notingRunners(failing?: Error): { runners: Runners; woken: string[] } {
  const woken: string[] = [];
  const note = (what: string, hints: WakeUp['hints']): Promise<void> => {
    woken.push([what, ...hints.map(({ tenantId, id }) => `${tenantId.slice(-1)}/${id.slice(-2)}`)].join(' '));
    return Promise.resolve();
  };
  return {
    woken,
    runners: {
      engine: { wake: (lane, connectionId, hints) => void note(`engine ${lane} ${connectionId.slice(-2)}`, hints) },
      reconcile: {
        openNight: (connectionId) => note(`night ${connectionId.slice(-2)}`, []),
        wake: (connectionId, hints) => note(`reconcile ${connectionId.slice(-2)}`, hints),
      },
      canaries: { seen: ({ queue, sentAt }) => note(`canary ${queue} ${sentAt}`, []) },
      resync: { wake: (hints) => note('resync', hints).then(() => (failing ? Promise.reject(failing) : undefined)) },
    },
  };
}

describe.each(testPlaces())('the lanes on $queue', ({ open }) => {
  let at: TestPlace;
  let backend: QueueBackend;
  let closing: (() => Promise<void>)[];
  const errors: string[] = [];
  beforeAll(async () => {
    at = await open();
  });
  beforeEach(() => {
    backend = openBackend(at.place);
    closing = [];
    errors.length = 0;
  });
  afterEach(async () => {
    for (const close of closing) await close();
    backend.close();
  });
  afterAll(() => at.close());

  const add = async (wakeUps: WakeUp[]): Promise<void> => {
    const queue = createWakeQueue(openQueues(backend, (error) => errors.push(error.message)));
    closing.push(() => queue.close());
    await queue.add(wakeUps);
  };
  const work = (runners: Runners): void => {
    const workers = startWorkers(backend, handlersFor(runners), (error, lane) =>
      errors.push(`${lane}: ${error.message}`),
    );
    closing.unshift(() => workers.close());
  };

  it('wake whom they are for, with what they name', async () => {
    const { runners, woken } = notingRunners();
    await add([
      { lane: 'live', connectionId: CONNECTION, delayMs: 0, hints: HINTS },
      { lane: 'lookup', connectionId: CONNECTION, delayMs: 1, hints: [] },
      { lane: 'support', connectionId: NIL, delayMs: 0, hints: HINTS },
      { lane: 'nightly', connectionId: CONNECTION, delayMs: 0, hints: HINTS.slice(0, 1) },
    ]);
    work(runners);
    await eventually(
      () => Promise.resolve(woken),
      ({ length }) => length === 4,
    );
    expect([...woken].sort()).toEqual([
      'engine live c1 a/d1 b/d2',
      'engine lookup c1',
      'reconcile c1 a/d1',
      'resync a/d1 b/d2',
    ]);
    expect(errors).toEqual([]);
  });

  it('tell of a handler that throws and go on', async () => {
    const { runners, woken } = notingRunners(new Error('no such table'));
    const wakeUp: WakeUp = { lane: 'support', connectionId: NIL, delayMs: 0, hints: [] };
    await add([wakeUp]);
    work(runners);
    await eventually(
      () => Promise.resolve(errors),
      ({ length }) => length === 1,
    );
    expect(errors).toEqual(['support: no such table']);
    await add([wakeUp]);
    await eventually(
      () => Promise.resolve(woken),
      ({ length }) => length === 2,
    );
  });
});
