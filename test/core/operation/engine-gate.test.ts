import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Claimed, ClaimRequest, Deferral } from '../../../src/core/operation/ports.js';
import type { Plan, Snapshot } from '../../../src/core/operation/snapshot.js';
import type { Admission, Gate } from '../../../src/core/supplier/ports.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { accruing, claimed, SENDING, supplierOf } from './fake-claim.js';
import { hints, many, running } from './fake-engine.js';
import { CONNECTION } from './fake-scheme.js';
import { situation } from './situations.js';

afterEach(() => {
  jest.useRealTimers();
});

type Settled = Parameters<Admission['settle']>[0];

/** A gate that lets in what it is told to, once each, and then all. */
function gateOf(...admissions: Partial<Admission>[]) {
  const wanted: number[] = [];
  const settled: Settled[] = [];
  const throttled: string[] = [];
  const admit: Gate['admit'] = async (_supplier, _priority, count) => {
    wanted.push(count);
    const all = { calls: count, writes: count, lookUps: count, repeats: count, waitMs: 0 };
    return { ...all, ...admissions.shift(), settle: (begun) => settled.push(begun) };
  };
  return { gate: { admit, throttled: (id: string) => throttled.push(id) }, wanted, settled, throttled };
}

const NONE = { calls: 0, writes: 0, lookUps: 0, repeats: 0 };
const QUEUED = situation({ state: 'queued', sinceFirstSentMs: null });

/** A store that claims what its planner lets through of these snapshots, by id. */
function planned(operations: Readonly<Record<string, Snapshot>>) {
  const plans = new Map<string, Plan | Deferral>();
  const claim = async ({ plan, limit }: ClaimRequest): Promise<Claimed[]> =>
    Object.entries(operations)
      .slice(0, limit)
      .flatMap(([id, snapshot]) => {
        const operation = { ...SENDING, id };
        const made = plan(operation, snapshot);
        plans.set(id, made);
        return made.act === 'become' || made.act === 'defer' ? [] : [claimed({ operation, act: made.act })];
      });
  return { plans, claim };
}

const acts = (plans: ReadonlyMap<string, Plan | Deferral>): string[] => [...plans.values()].map(({ act }) => act);

describe('the gate', () => {
  it('is asked before a claim, and the claim is for no more than it lets in', async () => {
    const { gate, wanted } = gateOf({ calls: 3 });
    const { engine, wake, claims } = running({ gate, slots: 8 });
    await wake('live', CONNECTION, hints(5));
    expect(wanted).toEqual([5, 2]);
    expect(claims.map(({ limit }) => limit)).toEqual([3, 2]);
    await engine.stop();
  });

  it('is told what was begun, by its sort', async () => {
    const { gate, settled } = gateOf();
    const sent = situation({ state: 'queued', sinceFirstSentMs: 1_000 });
    const { claim } = planned({ a: QUEUED, b: sent, c: situation({ state: 'unknown' }) });
    const { engine, wake } = running({ gate, claim, slots: 8 });
    await wake('live', CONNECTION, hints(3));
    await engine.stop();
    expect(settled).toEqual([{ writes: 2, lookUps: 1, repeats: 1 }]);
  });

  it('is told also when nothing was claimed, or the claim failed', async () => {
    const { gate, settled } = gateOf();
    const { engine, wake } = running({ gate, claim: () => Promise.reject(new Error('database')) });
    await wake('live', CONNECTION, hints(1));
    await wake('live', CONNECTION, []);
    expect(settled).toEqual([
      { writes: 0, lookUps: 0, repeats: 0 },
      { writes: 0, lookUps: 0, repeats: 0 },
    ]);
    await engine.stop();
  });

  it('that lets in nothing has what was named put off and what is due left, but for own steps', async () => {
    const { gate, settled } = gateOf({ ...NONE, waitMs: 7_000 });
    const { claim, plans } = planned({ a: QUEUED });
    const { engine, wake, claims } = running({ gate, claim, slots: 4 });
    engine.wake('live', CONNECTION, hints(1));
    await wake('live', CONNECTION, []);
    expect(claims.map((one) => [one.hints.length, one.steps])).toEqual([
      [1, 'any'],
      [0, 'own'],
    ]);
    expect([...plans.values()]).toEqual([{ act: 'defer', forMs: 7_000 }]);
    expect(settled).toEqual([{ writes: 0, lookUps: 0, repeats: 0 }]);
    await engine.stop();
  });

  it('that has no repeats left puts those off and lets first sends go', async () => {
    const { gate } = gateOf({ repeats: 0, waitMs: 2_000 });
    const { claim, plans } = planned({ a: situation({ state: 'queued' }), b: QUEUED });
    const { engine, wake, completions } = running({ gate, claim, slots: 4 });
    await wake('live', CONNECTION, hints(2));
    await engine.stop();
    expect(acts(plans)).toEqual(['defer', 'send']);
    expect(completions).toHaveLength(1);
  });

  it('is asked again in time for what was put off, and not in a hot loop', async () => {
    jest.useFakeTimers();
    const { gate, wanted } = gateOf({ ...NONE, waitMs: 4_000 }, { ...NONE, waitMs: 2_000 });
    const { engine, wake } = running({ gate, slots: 4 });
    await wake('live', CONNECTION, []);
    await wake('live', CONNECTION, []);
    expect(wanted).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(1_999);
    expect(wanted).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(wanted).toHaveLength(3);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(wanted).toHaveLength(3);
    await engine.stop();
  });

  it('holds no slot while it lets nobody in: other connections go on', async () => {
    let open: (() => void) | undefined;
    const gate = {
      admit: async (supplier: { connectionId: string }, _priority: unknown, wanted: number) => {
        if (supplier.connectionId === 'shut') await new Promise<void>((resolve) => (open = resolve));
        return { calls: wanted, writes: wanted, lookUps: wanted, repeats: wanted, waitMs: 0, settle: () => undefined };
      },
    };
    const supplier = supplierOf();
    const suppliers = async (connectionId: string) => ({ ...supplier, connectionId });
    const { engine, wake, claims } = running({ gate, suppliers, slots: 2 });
    await wake('live', 'shut', hints(2));
    expect(open).toBeDefined();
    await wake('live', 'fine', hints(2));
    expect(claims.map(({ connectionId }) => connectionId)).toEqual(['fine']);
    open?.();
    await engine.stop();
  });

  it('that still waits when the engine stops is no error', async () => {
    const gate: Pick<Gate, 'admit'> = {
      admit: (_supplier, _priority, _wanted, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    };
    const { engine, wake, claims, errors } = running({ gate });
    await wake('live', CONNECTION, hints(1));
    await engine.stop();
    expect([claims, errors]).toEqual([[], []]);
  });

  it('has let the calls in that go out', async () => {
    const supplier = supplierOf(accruing(async () => ({ final: true, echo: {} })));
    const { engine, wake } = running({ supplier, pages: [many(1)] });
    await wake('live', CONNECTION, hints(1));
    await engine.stop();
    expect(supplier.calls).toMatchObject([{ admitted: true }]);
  });
});

describe('what is named and what is due', () => {
  it('share the slots, half of them each, and what is left of the other', async () => {
    const pages = [many(4), many(4), many(2), many(6), []];
    const { engine, wake, claims } = running({ slots: 8, pages });
    engine.wake('live', CONNECTION, hints(6));
    await wake('live', CONNECTION, []);
    await engine.stop();
    expect(claims.map((one) => [one.hints.length, one.limit])).toEqual([
      [4, 4],
      [0, 4],
      [2, 2],
      [0, 6],
      [0, 8],
    ]);
  });

  it('are claimed fairly: one tenant with thousands delays another by no more than a claim', async () => {
    const { engine, wake, claims } = running({ slots: 4 });
    const crowd = hints(5_000);
    const other = { tenantId: 'another', id: 'single' };
    engine.wake('live', CONNECTION, crowd);
    await wake('live', CONNECTION, [other]);
    const first = claims.findIndex((one) => one.hints.some(({ id }) => id === other.id));
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThanOrEqual(2);
    await engine.stop();
  });
});

describe('faults that concern others', () => {
  const failing = (fault: Fault) =>
    supplierOf(
      accruing(() => Promise.reject(new AdapterFault(fault))),
      [],
    );

  it('a throttled call is told to the gate', async () => {
    const { gate, throttled } = gateOf();
    const { engine, wake } = running({ gate, supplier: failing({ kind: 'rate-limited' }), pages: [many(1)] });
    await wake('live', CONNECTION, hints(1));
    await engine.stop();
    expect(throttled).toEqual([CONNECTION]);
  });

  it('refused credentials are told to the guard, once the operation is back in its queue', async () => {
    const told: unknown[] = [];
    const guard = {
      authFailed: async (id: string, version: number, reason: string) => {
        told.push(id, version, reason, completions.length);
        return true;
      },
    };
    const supplier = failing({ kind: 'auth', detail: 'HTTP 401' });
    const { engine, wake, completions } = running({ guard, supplier, pages: [many(1)] });
    await wake('live', CONNECTION, hints(1));
    await engine.stop();
    expect(told).toEqual([CONNECTION, 1, 'HTTP 401', 1]);
    expect(completions).toMatchObject([{ decision: { to: 'queued' }, report: { outcome: 'auth' } }]);
  });

  it('a guard that fails stops nothing', async () => {
    const guard = { authFailed: () => Promise.reject(new Error('database')) };
    const supplier = failing({ kind: 'auth', detail: 'HTTP 401' });
    const { engine, wake, completions, errors } = running({ guard, supplier, pages: [many(1)] });
    await wake('live', CONNECTION, hints(1));
    await engine.stop();
    expect(completions).toHaveLength(1);
    expect(errors).toEqual(['connection guard', new Error('database')]);
  });
});

describe('whoever counts attempts', () => {
  it('hears of each that was committed, without a word about the member', async () => {
    const answers = ['applied', 'stale'] as const;
    let asked = 0;
    const complete = async () => answers[asked++] ?? 'stale';
    const { engine, wake, ends } = running({ pages: [many(1), many(1)], complete });
    await wake('live', CONNECTION, []);
    await engine.stop();
    const { id, tenantId, scheme, connectionId, kind, createdAt } = SENDING;
    expect(ends).toEqual([
      {
        operationId: id,
        tenantId,
        scheme,
        connectionId,
        kind,
        act: 'send',
        outcome: 'receipt',
        latencyMs: expect.any(Number),
        from: 'sending',
        to: 'posted',
        createdAt,
      },
    ]);
  });

  it('stops nothing by an error', async () => {
    const onAttempt = () => {
      throw new Error('no such label');
    };
    const { engine, wake, completions, errors } = running({ onAttempt, pages: [many(1)] });
    await wake('live', CONNECTION, hints(1));
    await engine.stop();
    expect(completions).toHaveLength(1);
    expect(errors).toEqual(['attempt observer', new Error('no such label')]);
  });
});
