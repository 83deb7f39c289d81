import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createReadiness } from '../../../src/core/health/readiness.js';

describe('readiness', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is the checks that are needed; the others are told', async () => {
    const ready = createReadiness({
      database: { weight: 'needed', holds: () => Promise.resolve(true) },
      queue: { weight: 'told', holds: () => Promise.reject(new Error('away')) },
    });
    expect(await ready()).toEqual({ ok: true, checks: { database: true, queue: false } });
  });

  it('is lost with one that is needed', async () => {
    const ready = createReadiness({
      database: { weight: 'needed', holds: () => Promise.reject(new Error('away')) },
      clock: { weight: 'told', holds: () => true },
    });
    expect(await ready()).toEqual({ ok: false, checks: { database: false, clock: true } });
  });

  it('asks what stands behind it once a second, however often it is asked', async () => {
    const holds = jest.fn(() => true);
    const ready = createReadiness({ database: { weight: 'needed', holds } });
    for (let probe = 0; probe < 50; probe += 1) await ready();
    expect(holds).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1_000);
    await ready();
    expect(holds).toHaveBeenCalledTimes(2);
  });

  it('waits a second for a check that hangs, and does not begin it anew before it has ended', async () => {
    let end: (held: boolean) => void = () => undefined;
    const holds = jest.fn(() => new Promise<boolean>((resolve) => (end = resolve)));
    const ready = createReadiness({ database: { weight: 'needed', holds } });
    for (let probe = 0; probe < 3; probe += 1) {
      const answer = ready();
      await jest.advanceTimersByTimeAsync(1_000);
      expect(await answer).toEqual({ ok: false, checks: { database: false } });
    }
    expect(holds).toHaveBeenCalledTimes(1);
    end(true);
    await jest.advanceTimersByTimeAsync(0);
    expect(await ready()).toEqual({ ok: true, checks: { database: true } });
  });
});
