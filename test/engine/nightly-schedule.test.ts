import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Queue } from 'bullmq';
import { DateTime } from 'luxon';
import { handlersFor } from '../../jobs/index.js';
import { seededConnectionId } from '../../src/compose/seed.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { masterKeyFromBytes, rolePassword } from '../../src/privacy/master-key.js';
import { type JobQueue, openBackend, type QueueBackend } from '../../src/queue/backend.js';
import { openQueues } from '../../src/queue/open-queues.js';
import { createNightlySchedules, type NightlySchedules } from '../../src/queue/nightly-schedules.js';
import { startWorkers } from '../../src/queue/wake-queue.js';
import { roleUrl } from '../../src/store/pools.js';
import { testMasterKey } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { openBench } from '../support/gateway.js';
import { type TestPlace, testPlaces } from './queue-places.js';

const RAILWAY = '01900000-0000-7000-8000-0000000000c1';
const HOTEL = '01900000-0000-7000-8000-0000000000c2';
const SHANGHAI = { connectionId: RAILWAY, at: '03:30', zone: 'Asia/Shanghai' };
const NEW_YORK = { connectionId: HOTEL, at: '14:05', zone: 'America/New_York' };
const EVERY_SECOND = (): string => '* * * * * *';
const DAY_MS = 24 * 3_600_000;

describe.each(testPlaces())('the nightly schedule on $queue', ({ open }) => {
  let at: TestPlace | undefined;
  let backend: QueueBackend;
  let queue: JobQueue;
  let closing: (() => Promise<void>)[];
  beforeEach(async () => {
    at = await open();
    backend = openBackend(at.place);
    queue = backend.queue('nightly');
    queue.on('error', () => undefined);
    closing = [() => queue.close()];
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const close of closing.toReversed()) await close();
    backend.close();
    await at?.close();
  });

  /** As a process has them that has just started. */
  const schedules = (patternOf?: () => string): NightlySchedules => {
    const queues = openQueues(backend, () => undefined);
    closing.push(() => queues.close());
    return createNightlySchedules(queues, patternOf);
  };
  /** Works off the queue; gives what was done, in order. `failing` is thrown by the first night. */
  const work = (failing?: Error): string[] => {
    const done: string[] = [];
    const runners = {
      engine: { wake: () => undefined },
      reconcile: {
        openNight: (connectionId: string) => {
          done.push(`open ${connectionId}`);
          return failing !== undefined && done.length === 1 ? Promise.reject(failing) : Promise.resolve();
        },
        wake: (connectionId: string, hints: readonly unknown[]) => {
          done.push(`wake ${connectionId} ${hints.length}`);
          return Promise.resolve();
        },
      },
      resync: { wake: () => Promise.resolve() },
      canaries: { seen: () => Promise.resolve() },
    };
    const workers = startWorkers(backend, handlersFor(runners), () => undefined);
    closing.push(() => workers.close());
    return done;
  };
  const inOrder = async (): Promise<{ key: string; pattern: unknown; tz: unknown; localTime: string }[]> =>
    (await queue.getJobSchedulers())
      .map(({ key, pattern, tz, next }) => ({
        key,
        pattern,
        tz,
        localTime: DateTime.fromMillis(next ?? 0, { zone: tz ?? 'utc' }).toFormat('HH:mm:ss'),
      }))
      .sort((one, other) => one.key.localeCompare(other.key));

  it('is a scheduler for each connection, at its own local time', async () => {
    await schedules().keep([SHANGHAI, NEW_YORK]);
    expect(await inOrder()).toEqual([
      { key: `night-${RAILWAY}`, pattern: '30 3 * * *', tz: 'Asia/Shanghai', localTime: '03:30:00' },
      { key: `night-${HOTEL}`, pattern: '5 14 * * *', tz: 'America/New_York', localTime: '14:05:00' },
    ]);
  });

  it('is one scheduler, however often and by how many processes it is kept', async () => {
    const one = schedules();
    await one.keep([SHANGHAI]);
    await one.keep([SHANGHAI]);
    await Promise.all([schedules().keep([SHANGHAI]), schedules().keep([SHANGHAI])]);
    expect(await inOrder()).toHaveLength(1);
    expect(await (queue as unknown as Queue).getDelayedCount()).toBe(1);
  });

  it('follows a time and a zone that change', async () => {
    const kept = schedules();
    await kept.keep([SHANGHAI]);
    await kept.keep([{ ...SHANGHAI, at: '04:45' }]);
    expect(await inOrder()).toMatchObject([{ pattern: '45 4 * * *', localTime: '04:45:00' }]);
    await kept.keep([{ ...SHANGHAI, at: '04:45', zone: 'Asia/Tokyo' }]);
    expect(await inOrder()).toMatchObject([{ pattern: '45 4 * * *', tz: 'Asia/Tokyo', localTime: '04:45:00' }]);
    expect(await (queue as unknown as Queue).getDelayedCount()).toBe(1);
  });

  it('ends for a connection that is gone, and leaves what is not its own', async () => {
    await queue.upsertJobScheduler(
      'another',
      { pattern: '0 0 1 1 *', tz: 'UTC' },
      { name: 'night', data: { connectionId: HOTEL }, opts: {} },
    );
    const kept = schedules();
    await kept.keep([SHANGHAI, NEW_YORK]);
    await kept.keep([NEW_YORK]);
    expect((await inOrder()).map(({ key }) => key)).toEqual(['another', `night-${HOTEL}`]);
    await kept.keep([]);
    expect((await inOrder()).map(({ key }) => key)).toEqual(['another']);
  });

  it('opens the night of its connection and begins on it, again and again', async () => {
    await schedules(EVERY_SECOND).keep([SHANGHAI]);
    const done = work();
    const [first, second, third] = await eventually(
      () => Promise.resolve(done),
      ({ length }) => length >= 3,
    );
    expect([first, second, third]).toEqual([`open ${RAILWAY}`, `wake ${RAILWAY} 0`, `open ${RAILWAY}`]);
  });

  it('keeps a night that came while nobody worked, though the next process keeps it too', async () => {
    await schedules(EVERY_SECOND).keep([SHANGHAI]);
    const due = await eventually(
      async () => (await queue.getJobSchedulers())[0]?.next ?? Number.NaN,
      (next) => next < Date.now(),
    );
    await schedules(EVERY_SECOND).keep([SHANGHAI]);
    expect((await queue.getJobSchedulers())[0]?.next).toBe(due);
    const done = work();
    await eventually(
      () => Promise.resolve(done),
      (list) => list.includes(`open ${RAILWAY}`),
    );
  });

  it('asks for the night when the queue has lost the scheduler, and only then', async () => {
    const kept = schedules();
    await kept.keep([SHANGHAI, NEW_YORK]);
    await queue.removeJobScheduler(`night-${RAILWAY}`);
    await kept.keep([SHANGHAI, NEW_YORK]);
    const done = work();
    await eventually(
      () => Promise.resolve(done),
      ({ length }) => length === 2,
    );
    expect(done).toEqual([`open ${RAILWAY}`, `wake ${RAILWAY} 0`]);
    expect(await inOrder()).toHaveLength(2);
  });

  it('asks for the night and goes on when the scheduler has lost its job', async () => {
    await schedules().keep([SHANGHAI]);
    const [before] = await queue.getJobSchedulers();
    const tomorrow = Date.now() + 2 * DAY_MS;
    jest.spyOn(Date, 'now').mockReturnValue(tomorrow);
    await schedules().keep([SHANGHAI]);
    jest.restoreAllMocks();
    expect((await queue.getJobSchedulers())[0]?.next).toBeGreaterThan(Math.max(before?.next ?? 0, tomorrow));
    const done = work();
    await eventually(
      () => Promise.resolve(done),
      (list) => list.includes(`open ${RAILWAY}`),
    );
  });

  it('tries a night again that could not be opened', async () => {
    await schedules(EVERY_SECOND).keep([SHANGHAI]);
    work(new Error('the database is away'));
    const retried = await eventually(
      async () => (await (queue as unknown as Queue).getDelayed()).find((job) => job.attemptsMade === 1),
      (job) => job !== undefined,
    );
    expect(retried).toMatchObject({ name: 'night', data: { connectionId: RAILWAY } });
    expect(retried?.opts).toMatchObject({ attempts: 10, backoff: { type: 'exponential', delay: 30_000 } });
  });
});

describe('a gateway that schedules', () => {
  it('has a night for every connection whose supplier publishes its days, by the times of its scheme', async () => {
    const bench = await openBench();
    const password = rolePassword(masterKeyFromBytes(testMasterKey()), 'queue');
    const backend = openBackend({ kind: 'postgres', url: roleUrl(bench.ownerUrl, 'queue', password) });
    const queue = backend.queue('nightly');
    queue.on('error', () => undefined);
    try {
      const schemes = loadSchemes('schemes').filter(({ settlement }) => settlement !== undefined);
      const expected = schemes.map(({ id, zone, settlement }) => {
        const [hours, minutes] = (settlement?.fetchAt ?? '').split(':').map(Number);
        return { key: `night-${seededConnectionId(id)}`, tz: zone, pattern: `${minutes} ${hours} * * *` };
      });
      expect(expected.length).toBeGreaterThanOrEqual(3);
      const there = await eventually(
        () => queue.getJobSchedulers(),
        ({ length }) => length === expected.length,
      );
      expect(there).toEqual(expect.arrayContaining(expected.map((one) => expect.objectContaining(one))));
    } finally {
      await queue.close();
      backend.close();
      await bench.close();
    }
  });
});
