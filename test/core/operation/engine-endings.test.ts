import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Claimed } from '../../../src/core/operation/ports.js';
import { claimed } from './fake-claim.js';
import { type Completed, hints, many, running, slow } from './fake-engine.js';
import { CONNECTION } from './fake-scheme.js';

describe('completing', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is tried again while the database cannot be reached', async () => {
    const failures = [new Error('connection'), new Error('connection')];
    const complete = async (): Promise<Completed> => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return 'applied';
    };
    const { engine, wake, completions, errors } = running({ pages: [many(1)], complete });
    await wake('live', CONNECTION, hints(1));
    const stopped = engine.stop();
    await jest.runAllTimersAsync();
    await stopped;
    expect(completions.map(({ decision }) => decision.to)).toEqual(['posted', 'posted', 'posted']);
    expect(new Set(completions).size).toBe(1);
    expect(errors).toEqual([]);
  });

  it('is given up after a while: the lease lapses, somebody is told, and the slot is free', async () => {
    const complete = (): Promise<Completed> => Promise.reject(new Error('connection'));
    const { engine, wake, claims, completions, errors } = running({ pages: [many(1)], complete, slots: 1 });
    await wake('live', CONNECTION, hints(1));
    await wake('live', CONNECTION, hints(1));
    await jest.runAllTimersAsync();
    expect(claims).toHaveLength(2);
    await engine.stop();
    expect(completions).toHaveLength(6);
    expect(errors).toEqual([new Error('connection')]);
  });
});

describe('stopping', () => {
  it('waits for what is under way and claims nothing more', async () => {
    const { supplier, answer } = slow();
    const { engine, wake, claims, completions } = running({ supplier, pages: [many(1), many(1)] });
    await wake('live', CONNECTION, hints(1));
    const stopped = engine.stop().then(() => completions.length);
    await wake('live', CONNECTION, hints(1));
    await wake('lookup', CONNECTION, []);
    expect(claims).toHaveLength(1);
    answer();
    expect(await stopped).toBe(1);
  });

  it('carries out what a claim under way still brings', async () => {
    let give: (taken: Claimed[]) => void = () => undefined;
    const claim = (): Promise<Claimed[]> =>
      new Promise((resolve) => {
        give = resolve;
      });
    const { engine, wake, claims, completions } = running({ claim, slots: 2 });
    await wake('live', CONNECTION, []);
    const stopped = engine.stop().then(() => completions.length);
    give([claimed(), claimed()]);
    expect(await stopped).toBe(2);
    // The page was full, but there is no next one.
    expect(claims).toHaveLength(1);
  });

  it('at rest ends at once', async () => {
    const { engine, claims } = running({});
    await engine.stop();
    await engine.stop();
    expect(claims).toEqual([]);
  });
});
