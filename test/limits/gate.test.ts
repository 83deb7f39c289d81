import { describe, expect, it } from '@jest/globals';
import type { Limited, Priority } from '../../src/core/supplier/ports.js';
import { createGate } from '../../src/limits/gate.js';
import { AdapterFault } from '../../src/spec/errors.js';
import { fakeClock, settled } from './fake-clock.js';
import { fakeRows } from './fake-rows.js';

const limitedTo = (perSecond: number | null): Limited => ({
  connectionId: 'c',
  limits: { perSecond, backlog: 1_000 },
});

function world() {
  const clock = fakeClock();
  const rows = fakeRows(clock);
  const waits: [Priority, number][] = [];
  const errors: unknown[] = [];
  const open = () =>
    createGate({
      ...rows,
      clock,
      onWait: (priority, seconds) => void waits.push([priority, seconds]),
      onError: (error) => void errors.push(error),
    });
  const gate = open();
  const never = () => new AbortController().signal;

  /** Gives the moment at which a request was let in, or why it was not. */
  const enter = async (
    connection: Limited,
    asked: Partial<Parameters<typeof gate.enter>[1]> = {},
    { through = gate, signal = never() } = {},
  ): Promise<number | string> => {
    try {
      const request = { work: 'write', priority: 'live', admitted: false, withinMs: 1_000, ...asked } as const;
      (await through.enter(connection, request, signal))('answered');
      return clock.now();
    } catch (error) {
      if (error instanceof AdapterFault && error.fault.kind === 'not-sent') return error.fault.detail;
      throw error;
    }
  };
  const admit = (connection: Limited, wanted: number, signal = never()) =>
    gate.admit(connection, 'live', wanted, signal);
  return { clock, rows, gate, open, enter, admit, waits, errors };
}

describe('a line', () => {
  it('serves those who wait by priority, and within one by arrival', async () => {
    const { clock, enter } = world();
    const order: string[] = [];
    const wait = (name: string, priority: Priority) =>
      enter(limitedTo(10), { priority, withinMs: 5_000 }).then(() => order.push(name));
    await clock.pass(0);
    const all = [
      wait('first nightly', 'nightly'),
      wait('first support', 'support'),
      wait('second support', 'support'),
      wait('first live', 'live'),
      wait('second live', 'live'),
    ];
    await clock.pass(3_000);
    await Promise.all(all);
    expect(order.indexOf('first live')).toBeLessThan(order.indexOf('second live'));
    expect(order.indexOf('first support')).toBeLessThan(order.indexOf('second support'));
    expect(order.indexOf('second live')).toBeLessThan(order.indexOf('second support'));
  });

  it('keeps three processes at the rate, and uses it', async () => {
    const { clock, open, enter } = world();
    const moments: number[] = [];
    const until = clock.now() + 10_000;
    const flood = async (through: ReturnType<typeof open>): Promise<void> => {
      while (clock.now() < until) {
        const letIn = await enter(limitedTo(50), {}, { through });
        if (typeof letIn === 'number') moments.push(letIn);
      }
    };
    const gates = [open(), open(), open()];
    const floods = gates.flatMap((one) => Array.from({ length: 10 }, () => flood(one)));
    await clock.pass(12_000);
    await Promise.all(floods);
    const bySecond = moments.map((from) => moments.filter((at) => at >= from && at < from + 1_000).length);
    expect(Math.max(...bySecond)).toBeLessThanOrEqual(55);
    expect(moments.filter((at) => at < until).length).toBeGreaterThanOrEqual(450);
    await Promise.all(gates.map((one) => one.close()));
  });

  it('lets no place be used that was missed, however many there are', async () => {
    const { clock, gate, admit, enter } = world();
    const admitted = admit(limitedTo(10), 2);
    await clock.pass(0);
    expect((await admitted).calls).toBe(2);
    await clock.pass(900);
    const late = [1, 2].map(() => enter(limitedTo(10), { admitted: true, withinMs: 5_000 }));
    await clock.pass(1_000);
    const [first, second] = (await Promise.all(late)) as [number, number];
    expect(second - first).toBeGreaterThanOrEqual(100);
    await gate.close();
  });

  it('lets nobody wait longer than asked for, and tells how long they waited', async () => {
    const { clock, enter, waits } = world();
    const all = Array.from({ length: 8 }, () => enter(limitedTo(2), { withinMs: 1_200 }));
    await clock.pass(1_200);
    const ends = await Promise.all(all);
    expect(ends.filter((end) => typeof end === 'number')).toHaveLength(3);
    expect(ends.filter((end) => end === 'local limit')).toHaveLength(5);
    expect(waits).toHaveLength(8);
    expect(Math.max(...waits.map(([, seconds]) => seconds))).toBeLessThanOrEqual(1.2);
  });

  it('is left by who is aborted', async () => {
    const { clock, enter } = world();
    await clock.pass(0);
    const stop = new AbortController();
    const all = Array.from({ length: 4 }, () => enter(limitedTo(1), {}, { signal: stop.signal }));
    await clock.pass(10);
    stop.abort();
    await settled();
    expect((await Promise.all(all)).filter((end) => end === 'aborted by the caller')).toHaveLength(3);
  });

  it('asks a slow database for places that are still to come when it answers', async () => {
    const { clock, rows, enter } = world();
    rows.state.answerMs = 150;
    const begun = Array.from({ length: 3 }, () => enter(limitedTo(20), { withinMs: 3_000 }));
    await clock.pass(3_000);
    expect((await Promise.all(begun)).every((end) => typeof end === 'number')).toBe(true);
    const leads = rows.asked.flatMap(({ name, what }) =>
      name === 'lease' ? [(what as { leadMs: number }).leadMs] : [],
    );
    expect(Math.max(...leads)).toBeGreaterThanOrEqual(150);
  });
});

describe('an admission', () => {
  it('lets its calls in without asking, each at its place', async () => {
    const { clock, rows, admit, enter } = world();
    const admitted = admit(limitedTo(20), 4);
    await clock.pass(0);
    const { calls, writes, lookUps, repeats } = await admitted;
    expect({ calls, writes, lookUps, repeats }).toEqual({ calls: 4, writes: 4, lookUps: 4, repeats: 1 });
    const before = rows.asked.length;
    const begun = Array.from({ length: 4 }, () => enter(limitedTo(20), { admitted: true }));
    await clock.pass(400);
    const moments = (await Promise.all(begun)) as number[];
    expect(moments.map((at) => at - (moments[0] ?? 0))).toEqual([0, 50, 100, 150]);
    expect(rows.asked.slice(before).map(({ name }) => name)).toEqual([]);
  });

  it('gives back what was not begun', async () => {
    const { clock, rows, admit, enter } = world();
    const admitted = admit(limitedTo(10), 2);
    await clock.pass(0);
    (await admitted).settle({ writes: 0, lookUps: 0, repeats: 0 });
    const before = rows.asked.length;
    const other = enter(limitedTo(10));
    await clock.pass(100);
    expect(typeof (await other)).toBe('number');
    expect(rows.asked.slice(before)).toEqual([]);
  });

  it('is none after a second while nothing may begin, and says when to ask again', async () => {
    const { clock, rows, admit } = world();
    rows.state.open = { write: 8_000, 'look-up': 6_000 };
    const admitted = admit(limitedTo(null), 4);
    await clock.pass(1_000);
    const admission = await admitted;
    expect(admission).toMatchObject({ calls: 0, writes: 0, lookUps: 0, repeats: 0 });
    expect(admission.waitMs).toBeGreaterThan(4_000);
    expect(admission.waitMs).toBeLessThanOrEqual(6_000);
  });

  it('rejects for an aborted signal and for nothing else', async () => {
    const { clock, rows, admit, errors } = world();
    rows.state.down = true;
    const stop = new AbortController();
    const down = admit(limitedTo(1), 1);
    const aborted = admit(limitedTo(1), 1, stop.signal).catch((error: unknown) => error);
    await clock.pass(100);
    stop.abort(new Error('enough'));
    await clock.pass(2_000);
    expect((await down).calls).toBe(0);
    expect(await aborted).toEqual(new Error('enough'));
    expect(errors.length).toBeGreaterThan(0);
  });

  it('gives the probe of a breaker for one call, and lets it go when none comes', async () => {
    const { clock, rows, admit } = world();
    rows.state.open = { write: 0 };
    rows.state.probe = { token: 't' };
    const admitted = admit(limitedTo(null), 4);
    await clock.pass(0);
    expect(await admitted).toMatchObject({ calls: 4, writes: 1, lookUps: 4 });
    await clock.pass(2_500);
    expect(rows.asked).toContainEqual({ name: 'settle', what: { token: 't', end: 'released' } });
  });
});

describe('the verdict of a probe', () => {
  const settledAs = ({ rows }: ReturnType<typeof world>) => rows.asked.filter(({ name }) => name === 'settle');
  const passing = async (one: ReturnType<typeof world>): Promise<void> => {
    one.rows.state.open = { write: 0 };
    one.rows.state.probe = { token: 't' };
    await one.clock.pass(0);
    const leave = one.gate.enter(limitedTo(null), ASKED, new AbortController().signal);
    await one.clock.pass(0);
    one.rows.state.down = true;
    (await leave)('answered');
    await settled();
  };
  const ASKED = { work: 'write', priority: 'live', admitted: false, withinMs: 1_000 } as const;

  it('is told again while the database is away', async () => {
    const one = world();
    await passing(one);
    one.rows.state.down = false;
    await one.clock.pass(5_000);
    const verdict = { name: 'settle', what: { token: 't', end: 'passed' } };
    expect(settledAs(one)).toEqual([verdict, verdict]);
  });

  it('is told a few times and no more, and at once when the gate closes', async () => {
    const one = world();
    await passing(one);
    await one.clock.pass(60_000);
    expect(settledAs(one)).toHaveLength(3);
    const another = world();
    await passing(another);
    another.rows.state.down = false;
    await another.gate.close();
    expect(settledAs(another)).toHaveLength(2);
  });
});

describe('the retry budget in a process', () => {
  it('costs no question before the first repeat, which is told with the next wish', async () => {
    const { clock, rows, admit } = world();
    const take = async (used: number) => {
      const admitted = admit(limitedTo(null), 10);
      await clock.pass(0);
      const { repeats, settle } = await admitted;
      const taken = Math.min(used, repeats);
      settle({ writes: 10, lookUps: 0, repeats: taken });
      return repeats;
    };
    rows.state.repeats = [3, 0];
    expect([await take(0), await take(0), await take(1)]).toEqual([1, 1, 1]);
    expect(rows.asked.some(({ name }) => name === 'repeats')).toBe(false);
    expect([await take(2), await take(1), await take(1)]).toEqual([3, 1, 0]);
    const told = rows.asked.flatMap(({ name, what }) => (name === 'repeats' ? [what] : []));
    expect(told).toEqual([{ connectionId: 'c', firsts: 29, begun: 1, wanted: 5 }]);
    await clock.pass(11_000);
    expect(await take(0)).toBe(1);
  });
});

describe('without a database', () => {
  it('connections without a rate go on, and those with one stand still', async () => {
    const { clock, rows, enter, errors } = world();
    rows.state.down = true;
    const [free, bound] = [enter(limitedTo(null)), enter({ ...limitedTo(5), connectionId: 'd' })];
    await clock.pass(2_000);
    expect(typeof (await free)).toBe('number');
    expect(await bound).toBe('local limit');
    expect(errors).not.toEqual([]);
  });
});

it('a closed gate has no timers left, has told what it knew and lets nobody wait', async () => {
  const { clock, rows, gate, admit, enter } = world();
  await clock.pass(0);
  expect(typeof (await Promise.all([enter(limitedTo(null)), clock.pass(0)]))[0]).toBe('number');
  const waiting = Array.from({ length: 3 }, () => enter({ ...limitedTo(1), connectionId: 'd' }));
  const admitted = admit({ ...limitedTo(1), connectionId: 'd' }, 2);
  await clock.pass(10);
  await gate.close();
  expect(await admitted).toMatchObject({ calls: 0 });
  await clock.pass(50);
  expect((await Promise.all(waiting)).filter((end) => end === 'local limit').length).toBeGreaterThanOrEqual(2);
  expect(clock.timers()).toBe(0);
  const told = rows.asked.flatMap(({ name, what }) =>
    name === 'tell' ? (what as { tallies: unknown[] }).tallies : [],
  );
  expect(told).toContainEqual({ connectionId: 'c', work: 'write', calls: 1, failures: 0 });
});
