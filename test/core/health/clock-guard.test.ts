import { describe, expect, it } from '@jest/globals';
import { createClockGuard, createClockRound } from '../../../src/core/health/clock-guard.js';

const MINUTE = 60_000;

/** A machine beside a database whose clock is the true one; a question waits to be put, and then goes its way, half of it there. */
function machine(skewMs = 0) {
  const it = { trueMs: 1_000_000, skewMs, sleptMs: 0, ways: [4], waitMs: 0, asked: 0, away: false };
  const clocks = { wall: () => it.trueMs + it.skewMs, monotonic: () => it.trueMs - it.sleptMs };
  const askDatabase = async (): Promise<number> => {
    if (it.away) throw new Error('the database is away');
    const way = it.ways[it.asked % it.ways.length] ?? 0;
    it.asked += 1;
    it.trueMs += it.waitMs + way / 2;
    const told = it.trueMs;
    it.trueMs += way / 2;
    return told;
  };
  return { it, guard: createClockGuard(askDatabase, 2_000, clocks) };
}

describe('the clock guard', () => {
  it('measures how far ahead the machine is, without the way to the database', async () => {
    const { it: state, guard } = machine(1_500);
    state.ways = [300, 4, 90];
    await guard.measure();
    expect(guard.skewMs()).toBeCloseTo(1_500);
    expect(guard.right()).toBe(true);
  });

  it('sees a jump at once, before anybody is asked, and either way', async () => {
    for (const jump of [10 * MINUTE, -10 * MINUTE]) {
      const { it: state, guard } = machine();
      await guard.measure();
      const { asked } = state;
      state.skewMs += jump;
      expect(guard.right()).toBe(false);
      expect(guard.skewMs()).toBeCloseTo(jump);
      expect(state.asked).toBe(asked);
    }
  });

  it('believes a jump in the middle of a measurement no less', async () => {
    const { it: state, guard } = machine();
    state.ways = [4, 4, 4];
    const measuring = guard.measure();
    state.skewMs += 10 * MINUTE;
    await measuring;
    expect(guard.right()).toBe(false);
    await guard.measure();
    expect(guard.right()).toBe(false);
  });

  it('takes a machine that slept for one whose clock was set, until it has asked', async () => {
    const { it: state, guard } = machine();
    await guard.measure();
    state.trueMs += 10 * MINUTE;
    state.sleptMs += 10 * MINUTE;
    expect(guard.right()).toBe(false);
    await guard.measure();
    expect(guard.right()).toBe(true);
  });

  it('lets one that was wrong be right again well within the limit only', async () => {
    const { it: state, guard } = machine(2_100);
    await guard.measure();
    const verdicts = [2_100, 1_900, 1_100, 900, 1_900].map((skewMs) => {
      state.skewMs = skewMs;
      return guard.right();
    });
    expect(verdicts).toEqual([false, false, false, true, true]);
  });

  it('takes nobody’s waiting for a connection for a clock that is off', async () => {
    const { it: state, guard } = machine(300);
    await guard.measure();
    for (const waitMs of [2_100, 4_100, 30_000]) {
      state.waitMs = waitMs;
      await guard.measure();
      expect([guard.right(), Math.round(guard.skewMs())]).toEqual([true, 300]);
    }
  });

  it('believes a slow reading that no waiting explains, and a quick one among slow ones', async () => {
    for (const skewMs of [10 * MINUTE, -10 * MINUTE]) {
      const { it: state, guard } = machine(skewMs);
      state.waitMs = 8_000;
      await guard.measure();
      expect(guard.right()).toBe(false);
    }
    const { it: state, guard } = machine(2_100);
    state.ways = [9_000, 4, 9_000];
    await guard.measure();
    expect(guard.right()).toBe(false);
  });

  it('knows what it knew while the database is away', async () => {
    const { it: state, guard } = machine();
    await guard.measure();
    state.away = true;
    await expect(guard.measure()).rejects.toThrow('away');
    expect(guard.right()).toBe(true);
    state.skewMs += 10 * MINUTE;
    expect(guard.right()).toBe(false);
  });
});

describe('a round of the clock', () => {
  it('tells once that it is wrong and once that it is right again, also without a database', async () => {
    const { it: state, guard } = machine();
    const told: string[] = [];
    const round = createClockRound(guard, (verdict, skewMs) => told.push(`${verdict} ${Math.round(skewMs)}`));
    await round();
    state.skewMs = 10 * MINUTE;
    state.away = true;
    await expect(round()).rejects.toThrow('away');
    state.away = false;
    await round();
    expect(told).toEqual(['wrong 600000']);
    state.skewMs = 0;
    await round();
    await round();
    expect(told).toEqual(['wrong 600000', 'right 0']);
  });
});
