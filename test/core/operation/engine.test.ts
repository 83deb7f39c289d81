import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Claimed, ClaimRequest } from '../../../src/core/operation/ports.js';
import type { Lease, Supplier } from '../../../src/core/supplier/ports.js';
import { accruing, SENDING, supplierOf } from './fake-claim.js';
import { type Completed, hints, many, running, slow } from './fake-engine.js';
import { CONNECTION } from './fake-scheme.js';
import { FAST, receipt, situation } from './situations.js';

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('waking', () => {
  it('claims what the hints name, in pages of its slots', async () => {
    const { wake, claims } = running({ slots: 4 });
    await wake('live', CONNECTION, hints(10));
    expect(claims.map(({ hints: named }) => named.map(({ id }) => id))).toEqual([
      ['op-0', 'op-1', 'op-2', 'op-3'],
      ['op-4', 'op-5', 'op-6', 'op-7'],
      ['op-8', 'op-9'],
    ]);
    expect(claims[0]).toMatchObject({ connectionId: CONNECTION, lane: 'live', limit: 4, leaseMs: FAST.leaseMs });
    expect(claims[2]).toMatchObject({ limit: 2 });
  });

  it('without hints claims whatever is due, page by page, until one brings nothing', async () => {
    const { engine, wake, claims, completions } = running({ slots: 2, pages: [many(2), many(2), many(1), []] });
    await wake('lookup', CONNECTION, []);
    await engine.stop();
    expect(claims.map((claim) => [claim.lane, claim.limit, claim.hints])).toEqual([
      ['lookup', 2, []],
      ['lookup', 2, []],
      ['lookup', 2, []],
      ['lookup', 2, []],
    ]);
    expect(completions).toHaveLength(5);
  });

  it('joins a wake-up of the same lane and connection that waits for slots, and holds nobody', async () => {
    const { supplier, answer } = slow();
    const { wake, claims } = running({ supplier, slots: 1, pages: [many(1)] });
    await wake('live', CONNECTION, hints(1));
    await wake('live', CONNECTION, hints(2));
    await wake('live', CONNECTION, hints(3));
    await wake('live', CONNECTION, []);
    expect(claims).toHaveLength(1);
    answer();
    await nextTurn();
    expect(claims.map(({ hints: named }) => named.map(({ id }) => id).join())).toEqual([
      'op-0',
      'op-0',
      // What is due has its half of the one slot there is, until there is no more of it.
      '',
      'op-1',
      'op-0',
      'op-1',
      'op-2',
    ]);
  });

  it('plans by the rules of the connection', async () => {
    const planned: unknown[] = [];
    const states = [{ state: 'queued' }, { state: 'unknown' }, { kind: 'claim', state: 'unknown' }] as const;
    const claim = async ({ plan }: ClaimRequest): Promise<Claimed[]> => {
      planned.push(...states.map((one, index) => plan({ ...SENDING, id: `op-${index}` }, situation(one))));
      return [];
    };
    const { wake } = running({ claim });
    await wake('live', CONNECTION, hints(3));
    expect(planned).toMatchObject([{ act: 'send' }, { act: 'look-up' }, { act: 'become' }]);
  });

  it('hands the work out and waits for none of it', async () => {
    const { supplier, answer } = slow();
    const { engine, wake, completions } = running({ supplier, pages: [many(1)] });
    await wake('live', CONNECTION, hints(1));
    expect(completions).toEqual([]);
    answer();
    await engine.stop();
    expect(completions).toHaveLength(1);
  });

  it('counts the lease from before the claim', async () => {
    let now = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const leases: (Lease | undefined)[] = [];
    const supplier = supplierOf(accruing(async () => receipt({ echo: {} })));
    const context: Supplier['context'] = (options) => {
      leases.push(options.lease);
      return supplier.context(options);
    };
    const claim = async (): Promise<Claimed[]> => {
      now += 400;
      return many(1);
    };
    const { engine, wake } = running({ supplier: { ...supplier, context }, claim });
    await wake('live', CONNECTION, hints(1));
    await engine.stop();
    now += 100;
    expect(leases.map((lease) => lease?.remainingMs())).toEqual([FAST.leaseMs - 500]);
  });

  it('that fails stops nothing: it is told, and the next one works', async () => {
    const broken = running({ suppliers: () => Promise.reject(new Error('no connection')) });
    await broken.wake('live', CONNECTION, hints(1));
    expect(broken.errors).toEqual(['wake live', new Error('no connection')]);
    let calls = 0;
    const claim = async (): Promise<Claimed[]> => {
      calls += 1;
      if (calls < 4) throw new Error('database');
      return many(2);
    };
    const { engine, wake, errors, completions } = running({ claim, slots: 2 });
    for (let tries = 0; tries < 4; tries += 1) await wake('live', CONNECTION, hints(2));
    await engine.stop();
    expect(errors).toHaveLength(6);
    expect(completions).toHaveLength(2);
  });
});

describe('a carried operation', () => {
  it('is completed with what was decided and how it went', async () => {
    const { engine, wake, completions } = running({ pages: [many(1)] });
    await wake('live', CONNECTION, hints(1));
    await engine.stop();
    expect(completions).toMatchObject([{ decision: { to: 'posted' }, report: { outcome: 'receipt' } }]);
  });

  it.each<[Completed, string[]]>([
    ['applied', ['posted']],
    ['stale', ['posted']],
    ['reference-taken', ['posted', 'needs-review']],
  ])('whose completion is %s leads to %j', async (first, states) => {
    const answers: Completed[] = [first];
    const complete = async (): Promise<Completed> => answers.shift() ?? 'applied';
    const { engine, wake, completions, errors } = running({ pages: [many(1)], complete });
    await wake('live', CONNECTION, hints(1));
    await engine.stop();
    expect(completions.map(({ decision }) => decision.to)).toEqual(states);
    expect(completions[1]?.decision.reviewReason).toBe(states.length > 1 ? 'supplier-reference-taken' : undefined);
    expect(errors).toEqual([]);
  });
});
