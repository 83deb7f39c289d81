import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { byTheClock } from '../../jobs/by-the-clock.js';
import { ownerPool } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type Bench, openBench, request } from '../support/gateway.js';
import { activityFor, linkMembers } from '../support/travellers.js';

const SCHEME = 'northwind-air';
const TEN_MINUTES = 600_000;

describe('jobs by the clock', () => {
  it('are done while it is right; meanwhile a wake-up is let go and a night left to another try', async () => {
    const handled: string[] = [];
    const note = (lane: string) => () => Promise.resolve(void handled.push(lane));
    let right = true;
    const guarded = byTheClock(() => right, {
      live: note('live'),
      lookup: note('lookup'),
      support: note('support'),
      nightly: note('nightly'),
    });
    const wake = { name: 'wake', data: { connectionId: 'c', hints: [] } } as const;
    const night = { name: 'night', data: { connectionId: 'c' } } as const;
    await guarded.live(wake);
    right = false;
    await guarded.live(wake);
    await expect(guarded.nightly(night)).rejects.toThrow('clock is wrong');
    right = true;
    await guarded.nightly(night);
    expect(handled).toEqual(['live', 'nightly']);
  });
});

describe('a worker whose clock jumps ten minutes ahead', () => {
  let bench: Bench;
  let owner: pg.Pool;
  beforeAll(async () => {
    bench = await openBench();
    owner = ownerPool(bench.ownerUrl);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await owner.end();
    await bench.close();
  });

  it('takes no work from that moment on, and goes on when it is right again', async () => {
    const [linkId = ''] = await linkMembers(bench, bench.demo, SCHEME, 1);
    const accrue = async (index: number): Promise<string> => {
      const body = { linkId, activity: activityFor(SCHEME, index), points: 500, bonusPoints: 0, metadata: {} };
      return (await bench.gateway.operations.accrue(bench.demo, body, request(body))).operationId ?? '';
    };
    const untouched = async (): Promise<number> => {
      const found = await owner.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM operation WHERE state = 'queued' AND attempts = 0 AND lease_token IS NULL`,
      );
      return found.rows[0]?.n ?? 0;
    };

    const trueNow = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => trueNow() + TEN_MINUTES);
    // Before anything has been measured.
    expect(bench.gateway.clock.right()).toBe(false);
    const first = await accrue(1);
    await eventually(
      async () => (await owner.query('SELECT FROM outbox')).rowCount,
      (rows) => rows === 0,
    );
    const { ok, checks } = await bench.gateway.vitals.readinessOf(new Set(['worker']), new AbortController().signal)();
    expect([ok, checks]).toEqual([false, expect.objectContaining({ clock: false, database: true, queue: true })]);
    await bench.gateway.clock.measure();
    expect(Math.round(bench.gateway.clock.skewMs() / 1000)).toBe(600);
    // What is overdue is brought by the sweeper, whatever became of its wake-up; nobody takes it.
    await owner.query(`UPDATE operation SET next_action_at = now() WHERE next_action_at IS NOT NULL`);
    const second = await accrue(2);
    await bench.gateway.vitals.watch.answers();
    expect(await untouched()).toBe(2);

    jest.restoreAllMocks();
    await bench.gateway.clock.measure();
    expect(bench.gateway.clock.right()).toBe(true);
    await owner.query(`UPDATE operation SET next_action_at = now() WHERE next_action_at IS NOT NULL`);
    const rested = await Promise.all([first, second].map((id) => bench.gateway.operations.rested(id, 30)));
    expect(rested).toEqual([true, true]);
    expect(await untouched()).toBe(0);
  });
});
