import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Limited, Priority } from '../../src/core/supplier/ports.js';
import { eventually } from '../support/eventually.js';
import { call, enter, type GateProcess, type Gates, mostWithin, never, openGates } from './gates.js';

let gates: Gates;
beforeAll(async () => {
  gates = await openGates();
});
afterAll(async () => {
  expect(gates.errors).toEqual([]);
  await gates.close();
});

/** Twenty at once, each as soon as the gate lets it, for so many milliseconds; gives when they were let in. */
async function flood(process: GateProcess, connection: Limited, forMs: number, priority: Priority): Promise<number[]> {
  const moments: number[] = [];
  const until = performance.now() + forMs;
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      const letIn = await call(process, connection, 'answered', { priority });
      if (letIn === true) moments.push(performance.now());
    }
  };
  await Promise.all(Array.from({ length: 20 }, one));
  return moments;
}

/** The same by way of admissions. */
async function floodByAdmission({ gate }: GateProcess, connection: Limited, forMs: number): Promise<number[]> {
  const moments: number[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    const { calls, settle } = await gate.admit(connection, 'live', 16, never());
    settle({ writes: calls, lookUps: 0, repeats: 0 });
    const begin = async (): Promise<void> => {
      const leave = await enter(gate, connection, { admitted: true });
      if (typeof leave === 'string') return;
      moments.push(performance.now());
      leave('answered');
    };
    await Promise.all(Array.from({ length: calls }, begin));
  }
  return moments;
}

/** What the row says: the rate, and what it may be told. */
async function row({ connectionId }: Limited) {
  const { rows } = await gates.owner.query<{ throttled_rate: number | null; throttled_base: number | null }>(
    'SELECT throttled_rate, throttled_base FROM connection_quota WHERE connection_id = $1',
    [connectionId],
  );
  return rows[0];
}

/** The rate as the database would grant it now, `null` for none. */
async function rate({ connectionId, limits }: Limited): Promise<number | null> {
  const { rows } = await gates.owner.query<{ rate: number | null }>(
    `SELECT present_rate($2, throttled_base, throttled_rate, throttled_at) AS rate FROM connection_quota WHERE connection_id = $1`,
    [connectionId, limits.perSecond],
  );
  return rows[0]?.rate ?? null;
}

/** So much time has passed since the supplier throttled. */
async function age({ connectionId }: Limited, seconds: number): Promise<void> {
  await gates.owner.query(
    'UPDATE connection_quota SET throttled_at = throttled_at - make_interval(secs => $2) WHERE connection_id = $1',
    [connectionId, seconds],
  );
}

describe('a connection with a rate', () => {
  it('is called by three processes never more than a tenth above it in any second', async () => {
    const connection = await gates.connection(50);
    const [a, b, c] = [gates.process(), gates.process(), gates.process()];
    const moments = await Promise.all([
      flood(a, connection, 3_000, 'live'),
      flood(b, connection, 3_000, 'support'),
      floodByAdmission(c, connection, 3_000),
    ]);
    expect(mostWithin(moments.flat(), 1_000)).toBeLessThanOrEqual(55);
    // A busy machine misses places; half of them it does not.
    expect(moments.flat().length).toBeGreaterThan(75);
  });

  it('serves live work first, and the others often enough that they do not starve', async () => {
    const connection = await gates.connection(40);
    const [a, b] = [gates.process(), gates.process()];
    const [live, support, nightly] = await Promise.all([
      flood(a, connection, 3_000, 'live'),
      flood(a, connection, 3_000, 'support'),
      flood(b, connection, 3_000, 'nightly'),
    ]);
    expect(support.length).toBeGreaterThanOrEqual(2);
    expect(nightly.length).toBeGreaterThanOrEqual(2);
    expect(live.length).toBeGreaterThan(4 * (support.length + nightly.length));
  });
});

describe('a supplier that throttles', () => {
  it('is called half as often, once for calls that were out together, and a twentieth more every ten seconds', async () => {
    const connection = await gates.connection(50);
    const processes = [gates.process(), gates.process(), gates.process()];
    for (const one of processes) await call(one, connection, 'throttled', { withinMs: 10_000 });
    await eventually(
      () => rate(connection),
      (now) => now === 25,
    );
    await Promise.all(processes.map((one) => one.close()));
    expect(await rate(connection)).toBe(25);
    await age(connection, 10);
    expect(await rate(connection)).toBe(27.5);
    const again = gates.process();
    await call(again, connection, 'throttled', { withinMs: 10_000 });
    await eventually(
      () => rate(connection),
      (now) => now === 13.75,
    );
    await age(connection, 10 * 14);
    expect(await rate(connection)).toBe(48.75);
    await age(connection, 10);
    expect(await rate(connection)).toBe(50);
    await age(connection, 3_600);
    expect(await rate(connection)).toBe(50);
  });

  it('has a rate from then on where none is configured, until it has taken twice what it was throttled at', async () => {
    const connection = await gates.connection(null);
    const [a, b] = [gates.process(), gates.process()];
    for (let time = 0; time < 20; time += 1) await call(a, connection, 'answered');
    a.gate.throttled(connection.connectionId);
    const slowed = await eventually(
      () => row(connection),
      (now) => now !== undefined,
    );
    expect(slowed?.throttled_base).toBeGreaterThanOrEqual(10);
    expect(slowed?.throttled_rate).toBe((slowed?.throttled_base ?? 0) / 2);
    await gates.owner.query(
      'UPDATE connection_quota SET throttled_base = 40, throttled_rate = 20 WHERE connection_id = $1',
      [connection.connectionId],
    );
    expect(mostWithin(await flood(b, connection, 1_500, 'live'), 1_000)).toBeLessThanOrEqual(22);
    await age(connection, 10 * 29);
    expect(await rate(connection)).toBe(78);
    await age(connection, 10);
    expect(await rate(connection)).toBeNull();
    const before = b.questions();
    await eventually(
      async () => (await flood(b, connection, 100, 'live')).length,
      (letIn) => letIn > 100,
    );
    expect(b.questions() - before).toBeLessThan(100);
  });
});

it('asks nothing for a connection without a rate but how the fleet stands, however much it is called', async () => {
  const connection = await gates.connection(null);
  const a = gates.process();
  const since = performance.now();
  const { gate } = a;
  for (let time = 0; time < 300; time += 1) {
    await call(a, connection, 'answered');
    const admission = await gate.admit(connection, 'live', 4, never());
    admission.settle({ writes: 4, lookUps: 0, repeats: 0 });
    for (let begun = 0; begun < 4; begun += 1) await call(a, connection, 'answered', { admitted: true });
  }
  const seconds = (performance.now() - since) / 1000;
  expect(a.questions()).toBeLessThanOrEqual(2 + 2 * seconds);
  const rows = await gates.owner.query('SELECT FROM connection_quota WHERE connection_id = $1', [
    connection.connectionId,
  ]);
  expect(rows.rowCount).toBe(0);
});

it('lets a connection that is only tried out through', async () => {
  const a = gates.process();
  const untold = { connectionId: '0b000000-0000-4000-8000-00000000000a', limits: { perSecond: 5, backlog: 1 } };
  expect(await call(a, untold, 'answered')).toBe(true);
});
