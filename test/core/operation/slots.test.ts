import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSlots, type Reservation, type Slots, type SlotUse } from '../../../src/core/operation/slots.js';

/** Work that ends when it is told to. */
function open(): {
  readonly work: () => Promise<void>;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
} {
  let end: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { work: () => ended, end, fail };
}

/** What has been settled once everything that was ready has run. */
async function settled<T>(promise: Promise<T>): Promise<T | 'waits'> {
  const turn = new Promise<'waits'>((resolve) => setImmediate(() => resolve('waits')));
  return Promise.race([promise, turn]);
}

/** Slots, with waiting and taking in one; who comes too late waits again. */
function slotsOf(total: number, perConnection: number, retries = total) {
  const errors: unknown[] = [];
  const slots = createSlots({ total, perConnection, retries, onError: (error) => errors.push(error) });
  const reserve = async (connection: string, wanted: number, use: SlotUse = 'first'): Promise<Reservation> => {
    for (;;) {
      await slots.room(connection, wanted, use);
      const taken = slots.take(connection, wanted, use);
      if (taken.count > 0) return taken;
    }
  };
  return { slots: { ...slots, reserve } satisfies Slots & { reserve: unknown }, errors };
}

describe('slots', () => {
  it('holds what is wanted, at most what a connection and all together may have', async () => {
    const { slots } = slotsOf(10, 6);
    expect((await slots.reserve('a', 4)).count).toBe(4);
    expect((await slots.reserve('b', 100)).count).toBe(6);
    const other = slotsOf(10, 6).slots;
    expect((await other.reserve('a', 100)).count).toBe(6);
    expect((await other.reserve('b', 4)).count).toBe(4);
  });

  it('makes a connection wait for its own, not for others', async () => {
    const { slots } = slotsOf(10, 2);
    const held = await slots.reserve('slow', 2);
    const waiting = slots.reserve('slow', 2);
    expect(await settled(waiting)).toBe('waits');
    expect((await slots.reserve('quick', 2)).count).toBe(2);
    held.release();
    expect(await waiting).toMatchObject({ count: 2 });
  });

  it('waits for a few slots at once, so that a claim is worth it', async () => {
    const { slots } = slotsOf(20, 10);
    const held = await slots.reserve('a', 10);
    const waiting = slots.reserve('a', 10);
    const running = Array.from({ length: 10 }, open);
    for (const { work } of running) held.run('first', work);
    for (const { end } of running.slice(0, 7)) end();
    expect(await settled(waiting)).toBe('waits');
    running[7]?.end();
    expect(await waiting).toMatchObject({ count: 8 });
  });

  it('lets retry work have no more than its share, over all connections, and leaves the rest to what is new', async () => {
    const { slots } = slotsOf(8, 8, 4);
    const looking = await slots.reserve('a', 8, 'retry');
    expect(looking.count).toBe(4);
    const another = slots.reserve('b', 1, 'retry');
    expect(await settled(another)).toBe('waits');
    expect(slots.take('b', 1, 'retry').count).toBe(0);
    const fresh = await slots.reserve('b', 4);
    expect(fresh.count).toBe(4);
    fresh.release();
    looking.release();
    expect(await another).toMatchObject({ count: 1 });
  });

  it('counts what was sent before as retry work where it turns out to be some, until it ends', async () => {
    const { slots } = slotsOf(8, 8, 2);
    const held = await slots.reserve('a', 4);
    expect([held.turnToRetry(), held.turnToRetry(), held.turnToRetry()]).toEqual([true, true, false]);
    const [repeat, first] = [open(), open()];
    held.run('retry', repeat.work);
    held.run('first', first.work);
    held.release();
    expect(slots.take('b', 8, 'retry').count).toBe(1);
    const waiting = slots.room('b', 1, 'retry');
    repeat.end();
    expect(await waiting).toBe(1);
    expect(slots.take('b', 8, 'first').count).toBe(6);
    first.end();
  });

  it('frees a slot when its work ends, also when it fails, and tells of the failure', async () => {
    const { slots, errors } = slotsOf(2, 2);
    const held = await slots.reserve('a', 2);
    const [good, bad] = [open(), open()];
    held.run('first', good.work);
    held.run('first', bad.work);
    const waiting = slots.reserve('a', 2);
    good.end();
    bad.fail(new Error('failed'));
    expect(await waiting).toMatchObject({ count: 2 });
    expect(errors).toEqual([new Error('failed')]);
  });

  it('gives back only what was not run', async () => {
    const { slots } = slotsOf(4, 4);
    const held = await slots.reserve('a', 3);
    const one = open();
    held.run('first', one.work);
    held.release();
    held.release();
    const rest = await slots.reserve('a', 3);
    expect(rest.count).toBe(3);
    expect(await settled(slots.reserve('a', 1))).toBe('waits');
    one.end();
  });

  it('is idle when everything has ended or was given back', async () => {
    const { slots } = slotsOf(4, 4);
    await slots.idle();
    const held = await slots.reserve('a', 2);
    const one = open();
    held.run('first', one.work);
    const idle = slots.idle();
    held.release();
    expect(await settled(idle.then(() => 'idle'))).toBe('waits');
    one.end();
    await idle;
  });

  it('holds never more than its limits, and serves everybody who asked', async () => {
    const asks = fc.array(
      fc.record({ connection: fc.constantFrom('a', 'b', 'c'), wanted: fc.integer({ min: 1, max: 20 }) }),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    const limits = fc.record({
      total: fc.integer({ min: 1, max: 12 }),
      perConnection: fc.integer({ min: 1, max: 12 }),
    });
    const property = fc.asyncProperty(asks, limits, async (asked, { total, perConnection }) => {
      const { slots } = slotsOf(total, perConnection);
      const held = new Map<string, number>();
      const add = (connection: string, count: number): void => {
        held.set(connection, (held.get(connection) ?? 0) + count);
        expect(held.get(connection)).toBeLessThanOrEqual(perConnection);
        expect([...held.values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(total);
      };
      await Promise.all(
        asked.map(async ({ connection, wanted }) => {
          const reserved = await slots.reserve(connection, wanted);
          expect(reserved.count).toBeGreaterThanOrEqual(1);
          add(connection, reserved.count);
          await new Promise((resolve) => setImmediate(resolve));
          add(connection, -reserved.count);
          reserved.release();
        }),
      );
      await slots.idle();
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
