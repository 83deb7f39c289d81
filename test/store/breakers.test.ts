import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Limited, Work } from '../../src/core/supplier/ports.js';
import { eventually } from '../support/eventually.js';
import { call, enter, type GateProcess, type Gates, never, openGates } from './gates.js';

let gates: Gates;
beforeAll(async () => {
  gates = await openGates();
});
afterAll(async () => {
  expect(gates.errors).toEqual([]);
  await gates.close();
});

const isOpen = (refused: unknown): boolean => refused === 'breaker open';

async function fail(process: GateProcess, connection: Limited, times: number, work: Work = 'write'): Promise<void> {
  for (let time = 0; time < times; time += 1) await call(process, connection, 'failed', { work });
}

async function breakers({ connectionId }: Limited) {
  const { rows } = await gates.owner.query<{ work: Work; open_ms: number; probing: boolean }>(
    'SELECT work, open_ms, probe_token IS NOT NULL AS probing FROM breaker WHERE connection_id = $1 ORDER BY work',
    [connectionId],
  );
  return rows;
}

async function incidents({ connectionId }: Limited) {
  const { rows } = await gates.owner.query<{ work: Work; reason: string; closed: boolean }>(
    `SELECT work, reason, closed_at IS NOT NULL AS closed FROM incident WHERE connection_id = $1 AND kind = 'breaker' ORDER BY opened_at`,
    [connectionId],
  );
  return rows;
}

/** The time that a breaker stays open has passed. */
async function pass({ connectionId }: Limited, work: Work): Promise<void> {
  await gates.owner.query('UPDATE breaker SET probe_at = clock_timestamp() WHERE connection_id = $1 AND work = $2', [
    connectionId,
    work,
  ]);
}

/** Opens breakers as 20 failures do. */
async function opened(process: GateProcess, connection: Limited, works: readonly Work[] = ['write']): Promise<void> {
  for (const work of works) await fail(process, connection, 20, work);
  for (const work of works) {
    await eventually(() => enter(process.gate, connection, { work }), isOpen);
  }
}

/** What a probe is let in with; waits until somebody may be one. */
async function probe(process: GateProcess, connection: Limited, work: Work) {
  const leave = await eventually(
    () => enter(process.gate, connection, { work }),
    (refused) => !isOpen(refused),
  );
  if (typeof leave === 'string') throw new Error(leave);
  return leave;
}

describe('a breaker', () => {
  it('opens for the whole fleet at half of twenty calls, with one incident', async () => {
    const connection = await gates.connection(null);
    const [a, b] = [gates.process(), gates.process()];
    await Promise.all([fail(a, connection, 5), fail(b, connection, 5)]);
    for (let time = 0; time < 10; time += 1) await call(b, connection, 'answered');
    for (const { gate } of [a, b]) await eventually(() => enter(gate, connection), isOpen);
    expect(await breakers(connection)).toEqual([{ work: 'write', open_ms: 10_000, probing: false }]);
    expect(await incidents(connection)).toEqual([{ work: 'write', reason: '10 of 20 calls failed', closed: false }]);
    expect(await call(a, connection, 'answered', { work: 'look-up' })).toBe(true);
    expect(await call(a, connection, 'answered', { work: 'file' })).toBe(true);
  });

  it('stays closed below twenty calls or half of failures, and for what was stopped here or throttled', async () => {
    const connection = await gates.connection(null);
    const a = gates.process();
    await fail(a, connection, 19, 'look-up');
    await fail(a, connection, 12);
    for (let time = 0; time < 13; time += 1) await call(a, connection, 'answered');
    for (let time = 0; time < 30; time += 1) await call(a, connection, 'nothing', { work: 'file' });
    for (let time = 0; time < 3; time += 1) await call(a, connection, 'throttled', { work: 'file', withinMs: 3_000 });
    await a.close();
    const tallies = await gates.owner.query(
      'SELECT work, sum(calls)::int AS calls, sum(failures)::int AS failures FROM call_tally WHERE connection_id = $1 GROUP BY 1 ORDER BY 1',
      [connection.connectionId],
    );
    expect(tallies.rows).toEqual([
      { work: 'look-up', calls: 19, failures: 19 },
      { work: 'write', calls: 25, failures: 12 },
    ]);
    expect(await breakers(connection)).toEqual([]);
  });

  it('counts a 503 that says when to come back, unless the adapter calls it not processed', async () => {
    const connection = await gates.connection(null);
    const a = gates.process();
    const doubtful = async (times: number, work: Work, judge: () => void): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        await call(a, connection, 'busy', { work, withinMs: 30_000 });
        judge();
      }
    };
    await doubtful(20, 'write', () => undefined);
    await eventually(() => enter(a.gate, connection), isOpen);
    await doubtful(3, 'look-up', () => {
      a.gate.throttled(connection.connectionId);
    });
    await a.close();
    const tallies = await gates.owner.query('SELECT work FROM call_tally WHERE connection_id = $1 GROUP BY 1', [
      connection.connectionId,
    ]);
    expect(tallies.rows).toEqual([{ work: 'write' }]);
  });

  it('lets one probe in from all processes, and closes with its incident when that is answered', async () => {
    const connection = await gates.connection(null);
    const processes = [gates.process(), gates.process(), gates.process()];
    const [first] = processes as [GateProcess];
    await opened(first, connection);
    await pass(connection, 'write');
    const waves = await Promise.all(
      processes.flatMap(({ gate }) =>
        Array.from({ length: 4 }, async () => {
          const let_in = [];
          for (let time = 0; time < 8; time += 1) {
            let_in.push(await enter(gate, connection));
            await new Promise((resolve) => setTimeout(resolve, 250));
          }
          return let_in;
        }),
      ),
    );
    const probes = waves.flat().filter((leave) => typeof leave !== 'string');
    expect(probes).toHaveLength(1);
    expect(await breakers(connection)).toEqual([{ work: 'write', open_ms: 10_000, probing: true }]);
    probes[0]?.('answered');
    for (const { gate } of processes)
      await eventually(
        () => enter(gate, connection),
        (refused) => !isOpen(refused),
      );
    expect(await breakers(connection)).toEqual([]);
    expect(await incidents(connection)).toEqual([{ work: 'write', reason: '20 of 20 calls failed', closed: true }]);
  });

  it('stays open twice as long after each probe that fails, up to two minutes', async () => {
    const connection = await gates.connection(null);
    const a = gates.process();
    await opened(a, connection);
    for (const openMs of [20_000, 40_000, 80_000, 120_000, 120_000]) {
      await pass(connection, 'write');
      (await probe(a, connection, 'write'))('failed');
      await eventually(
        () => breakers(connection),
        ([one]) => one?.open_ms === openMs && !one.probing,
      );
    }
  });

  it('gives a lost probe to somebody else, and keeps one that takes long', async () => {
    const connection = await gates.connection(null);
    const [a, b] = [gates.process(), gates.process()];
    await opened(a, connection);
    await pass(connection, 'write');
    const slow = await probe(a, connection, 'write');
    const left = async () => {
      const { rows } = await gates.owner.query<{ ms: number }>(
        'SELECT extract(epoch FROM probe_until - clock_timestamp())::float8 * 1000 AS ms FROM breaker WHERE connection_id = $1',
        [connection.connectionId],
      );
      return rows[0]?.ms ?? 0;
    };
    await gates.owner.query(
      `UPDATE breaker SET probe_until = clock_timestamp() + interval '1 s' WHERE connection_id = $1`,
      [connection.connectionId],
    );
    await eventually(left, (ms) => ms > 10_000);
    slow('nothing');
    const lost = await probe(b, connection, 'write');
    await b.gate.close();
    await gates.owner.query('UPDATE breaker SET probe_until = clock_timestamp() WHERE connection_id = $1', [
      connection.connectionId,
    ]);
    (await probe(a, connection, 'write'))('answered');
    await eventually(
      () => breakers(connection),
      (rows) => rows.length === 0,
    );
    // Whatever it finds out now, it is not the fleet's probe any more.
    lost('failed');
    expect(await breakers(connection)).toEqual([]);
  });

  it('of look-ups is probed before that of writes', async () => {
    const connection = await gates.connection(null);
    const a = gates.process();
    await opened(a, connection, ['write', 'look-up']);
    await pass(connection, 'write');
    await pass(connection, 'look-up');
    const admission = await eventually(
      () => a.gate.admit(connection, 'live', 8, never()),
      ({ calls }) => calls > 0,
    );
    expect(admission).toMatchObject({ calls: 1, writes: 0, lookUps: 1 });
    const leave = await enter(a.gate, connection, { work: 'look-up', admitted: true });
    if (typeof leave === 'string') throw new Error(leave);
    leave('answered');
    const second = await eventually(
      () => a.gate.admit(connection, 'live', 8, never()),
      ({ writes }) => writes > 0,
    );
    expect(second).toMatchObject({ calls: 8, writes: 1, lookUps: 8 });
    (await probe(a, connection, 'write'))('answered');
    const third = await eventually(
      () => a.gate.admit(connection, 'live', 8, never()),
      ({ writes }) => writes > 1,
    );
    expect(third).toMatchObject({ calls: 8, writes: 8, lookUps: 8 });
  });

  it.each(['enter', 'admit'] as const)('lets a write probe though look-ups stay broken (%s)', async (by) => {
    const connection = await gates.connection(null);
    const a = gates.process();
    await opened(a, connection, ['write', 'look-up']);
    await gates.owner.query(
      `UPDATE breaker SET probe_at = clock_timestamp() + CASE work WHEN 'write' THEN interval '-10 s' ELSE interval '2 min' END
       WHERE connection_id = $1`,
      [connection.connectionId],
    );
    if (by === 'enter') {
      (await probe(a, connection, 'write'))('answered');
      return;
    }
    const admission = await eventually(
      () => a.gate.admit(connection, 'live', 8, never()),
      ({ calls }) => calls > 0,
    );
    expect(admission).toMatchObject({ calls: 1, writes: 1, lookUps: 0 });
  });

  it('gives no probe of look-ups to those who only write', async () => {
    const connection = await gates.connection(null);
    const a = gates.process();
    await opened(a, connection, ['write', 'look-up']);
    await pass(connection, 'look-up');
    const admission = await a.gate.admit(connection, 'live', 8, never(), ['write']);
    expect(admission).toMatchObject({ calls: 0, writes: 0, lookUps: 0 });
    expect((await breakers(connection)).filter(({ probing }) => probing)).toEqual([]);
  });

  it('gives back the probe of an admission from which nothing was begun', async () => {
    const connection = await gates.connection(null);
    const a = gates.process();
    await opened(a, connection);
    await pass(connection, 'write');
    const admission = await eventually(
      () => a.gate.admit(connection, 'live', 8, never()),
      ({ writes }) => writes > 0,
    );
    expect((await breakers(connection))[0]?.probing).toBe(true);
    admission.settle({ writes: 0, lookUps: 0, repeats: 0 });
    await eventually(
      () => breakers(connection),
      ([one]) => one?.probing === false,
    );
  });
});
