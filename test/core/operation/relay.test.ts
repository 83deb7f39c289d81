import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Outbox, WakeQueue, WakeUp } from '../../../src/core/operation/ports.js';
import { type Relay, startRelay } from '../../../src/core/operation/relay.js';
import { startRounds, sweep } from '../../../src/core/operation/sweeper.js';
import { CONNECTION } from './fake-scheme.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A relay over an outbox that holds so many rows each time it is asked, and a queue that may fail. */
function relaying(given: { readonly held?: number[]; readonly add?: () => Promise<void> }) {
  const held = [...(given.held ?? [])];
  const asked: number[] = [];
  const errors: unknown[] = [];
  const queue: WakeQueue = { add: given.add ?? (async () => undefined), close: async () => undefined };
  const outbox: Outbox = {
    publish: async (limit, publish) => {
      asked.push(limit);
      await publish([]);
      return held.shift() ?? 0;
    },
    overdue: async () => [],
  };
  const relay: Relay = startRelay(outbox, queue, (error) => errors.push(error));
  return { relay, asked, errors };
}
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe('the relay', () => {
  it('looks at once, and then every second for what others left behind', async () => {
    const { relay, asked } = relaying({});
    await pass(0);
    expect(asked).toHaveLength(1);
    await pass(999);
    expect(asked).toHaveLength(1);
    await pass(1);
    expect(asked).toHaveLength(2);
    await relay.stop();
  });

  it('publishes without waiting while there is more', async () => {
    const { relay, asked } = relaying({ held: [500, 500, 499, 0] });
    await pass(0);
    expect(asked).toEqual([500, 500, 500]);
    await relay.stop();
  });

  it('publishes when it is nudged, once for many', async () => {
    const { relay, asked } = relaying({});
    await pass(0);
    for (let times = 0; times < 20; times += 1) relay.nudge();
    await pass(0);
    expect(asked).toHaveLength(2);
    await relay.stop();
  });

  it('misses no nudge that comes during a round', async () => {
    let nudge: () => void = () => undefined;
    let rounds = 0;
    const add = async (): Promise<void> => {
      rounds += 1;
      await Promise.resolve();
      if (rounds === 1) nudge();
    };
    const { relay, asked } = relaying({ add });
    nudge = relay.nudge;
    await pass(0);
    expect(asked).toHaveLength(2);
    await relay.stop();
  });

  it('tells of a queue that is down and tries again after a while', async () => {
    let failing = true;
    const add = (): Promise<void> => (failing ? Promise.reject(new Error('down')) : Promise.resolve());
    const { relay, asked, errors } = relaying({ add });
    await pass(0);
    expect([asked.length, errors]).toEqual([1, [new Error('down')]]);
    await pass(1_000);
    expect(errors).toHaveLength(2);
    failing = false;
    await pass(1_000);
    expect([asked.length, errors.length]).toEqual([3, 2]);
    await relay.stop();
  });

  it('does not try a queue that is down at every nudge', async () => {
    const { relay, asked } = relaying({ add: () => Promise.reject(new Error('down')) });
    for (let times = 0; times < 100; times += 1) {
      relay.nudge();
      await pass(1);
    }
    expect(asked.length).toBeLessThanOrEqual(2);
    await relay.stop();
  });

  it('ends after the round under way', async () => {
    let done: () => void = () => undefined;
    const add = (): Promise<void> =>
      new Promise((resolve) => {
        done = resolve;
      });
    const { relay, asked } = relaying({ add });
    let stopped = false;
    const stopping = relay.stop().then(() => {
      stopped = true;
    });
    await pass(5_000);
    expect(stopped).toBe(false);
    done();
    await stopping;
    relay.nudge();
    await pass(5_000);
    expect(asked).toHaveLength(1);
  });
});

describe('rounds', () => {
  it('run at their pace, never two of a name at once, and survive their errors', async () => {
    const ran: string[] = [];
    const errors: unknown[][] = [];
    let open: () => void = () => undefined;
    const slow = (): Promise<void> => {
      ran.push('slow');
      return new Promise((resolve) => {
        open = resolve;
      });
    };
    const bad = (): Promise<void> => {
      ran.push('bad');
      return Promise.reject(new Error('x'));
    };
    const rounds = startRounds(
      [
        { name: 'slow', everyMs: 100, run: slow },
        { name: 'bad', everyMs: 1_000, run: bad },
      ],
      (error, round) => errors.push([error, round]),
    );
    await pass(999);
    expect(ran).toEqual(['slow', 'bad']);
    open();
    await pass(1_000);
    expect(ran).toEqual(['slow', 'bad', 'bad', 'slow']);
    expect(errors).toEqual([
      [new Error('x'), 'bad'],
      [new Error('x'), 'bad'],
    ]);
    open();
    await rounds.stop();
    await pass(10_000);
    expect(ran).toHaveLength(4);
  });
});

describe('sweeping', () => {
  it('wakes each connection with overdue work, without hints and at once', async () => {
    const added: WakeUp[][] = [];
    const queue: WakeQueue = { add: async (wakeUps) => void added.push([...wakeUps]), close: async () => undefined };
    const places: Awaited<ReturnType<Outbox['overdue']>>[number][] = [];
    const outbox: Outbox = { publish: async () => 0, overdue: async () => places };
    expect(await sweep(outbox, queue)).toBe(0);
    expect(added).toEqual([]);
    places.push({ lane: 'lookup', connectionId: CONNECTION });
    expect(await sweep(outbox, queue)).toBe(1);
    expect(added).toEqual([[{ lane: 'lookup', connectionId: CONNECTION, delayMs: 0, hints: [] }]]);
  });
});
