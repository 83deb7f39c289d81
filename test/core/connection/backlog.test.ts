import { describe, expect, it } from '@jest/globals';
import { type Backlog, createBacklog, Uncounted } from '../../../src/core/connection/backlog.js';
import { limitedOperations, limitedRedemptions } from '../../../src/core/connection/limited-acceptance.js';
import type { AccrualRequest, NewOperation, OperationStore } from '../../../src/core/operation/ports.js';
import { Problem } from '../../../src/core/problem.js';
import type { RedemptionGround, RedemptionRequest, RedemptionStore } from '../../../src/core/redemption/ports.js';

/** A backlog over a clock and a count that the test moves. */
function world(options: { limit?: number; perSecond?: number | null } = {}) {
  const it = { nowMs: 0, waiting: 0, counts: 0, fails: false, errors: 0 };
  const backlog = createBacklog({
    limits: async () => ({ perSecond: options.perSecond ?? null, backlog: options.limit ?? 10 }),
    waiting: async (_id, atMost) => {
      it.counts += 1;
      if (it.fails) throw new Error('no database');
      return Math.min(it.waiting, atMost);
    },
    nowMs: () => it.nowMs,
    onError: () => {
      it.errors += 1;
    },
  });
  return { it, backlog };
}

/** How many more are let in, and what the first that is not is told. */
function admit(backlog: Backlog, times: number): { admitted: number; retryAfter: number | undefined } {
  for (let admitted = 0; admitted < times; admitted += 1) {
    try {
      backlog.admit('c');
    } catch (error) {
      if (!(error instanceof Problem) || error instanceof Uncounted) throw error;
      expect(error.code).toBe('BACKLOG_FULL');
      return { admitted, retryAfter: error.details.retryAfterSeconds };
    }
  }
  return { admitted: times, retryAfter: undefined };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a backlog', () => {
  it('that nobody has counted, or not for long, has to be counted first', async () => {
    const { it: w, backlog } = world();
    expect(() => backlog.admit('c')).toThrow(Uncounted);
    await backlog.count('c');
    expect(admit(backlog, 1).admitted).toBe(1);
    w.nowMs += 5_001;
    expect(() => backlog.admit('c')).toThrow(Uncounted);
  });

  it('takes as many as fit between two counts, and is counted about once a second', async () => {
    const { it: w, backlog } = world();
    w.waiting = 4;
    await backlog.count('c');
    expect(admit(backlog, 100)).toMatchObject({ admitted: 6 });
    expect(w.counts).toBe(1);
    w.nowMs += 1_001;
    w.waiting = 9;
    expect(admit(backlog, 1).admitted).toBe(0);
    await settled();
    expect([admit(backlog, 100).admitted, w.counts]).toEqual([1, 2]);
  });

  it('is counted by one at a time, however many ask', async () => {
    const { it: w, backlog } = world();
    await Promise.all([backlog.count('c'), backlog.count('c'), backlog.count('c')]);
    expect(w.counts).toBe(1);
  });

  it('of one connection says nothing of another', async () => {
    const { it: w, backlog } = world();
    w.waiting = 10;
    await backlog.count('c');
    w.waiting = 0;
    await backlog.count('d');
    expect(admit(backlog, 1).admitted).toBe(0);
    expect(() => backlog.admit('d')).not.toThrow();
  });

  it('tells whether it is full without being waited for', async () => {
    const { it: w, backlog } = world();
    w.waiting = 10;
    expect(backlog.isFull('c')).toBe(false);
    await backlog.count('c');
    expect(backlog.isFull('c')).toBe(true);
    w.nowMs += 5_001;
    expect(backlog.isFull('c')).toBe(false);
  });

  it('that cannot be counted refuses nobody', async () => {
    const { it: w, backlog } = world();
    w.fails = true;
    await backlog.count('c');
    expect([admit(backlog, 100).admitted, w.errors]).toEqual([100, 1]);
  });

  it('that cannot be counted any more is held to what was known of it, until it can', async () => {
    const { it: w, backlog } = world();
    w.waiting = 4;
    await backlog.count('c');
    expect(admit(backlog, 3).admitted).toBe(3);
    w.fails = true;
    for (let n = 0; n < 3; n += 1) {
      w.nowMs += 5_001;
      await backlog.count('c');
    }
    expect([admit(backlog, 100).admitted, w.errors]).toEqual([3, 3]);
    w.fails = false;
    w.waiting = 0;
    w.nowMs += 1_001;
    await backlog.count('c');
    expect(admit(backlog, 100).admitted).toBe(10);
  });
});

describe('Retry-After', () => {
  it.each([
    ['a minute where nothing is known', null, 60],
    ['a tenth of the bound by the limit', 2, 5],
    ['a second at least', 1_000, 1],
  ])('is %s', async (_what, perSecond, wanted) => {
    const { it: w, backlog } = world({ limit: 100, perSecond });
    w.waiting = 100;
    await backlog.count('c');
    expect(admit(backlog, 1)).toEqual({ admitted: 0, retryAfter: wanted });
  });

  it('goes by how fast it drained', async () => {
    const { it: w, backlog } = world({ limit: 100, perSecond: 1 });
    w.waiting = 90;
    await backlog.count('c');
    w.nowMs += 1_000;
    w.waiting = 70;
    await backlog.count('c');
    admit(backlog, 30);
    expect(admit(backlog, 1)).toEqual({ admitted: 0, retryAfter: 1 });
    w.nowMs += 4_000;
    w.waiting = 100;
    await backlog.count('c');
    expect(admit(backlog, 1).retryAfter).toBe(1);
  });
});

describe('a store that is limited', () => {
  const operation = (state: string) => ({ state, connectionId: 'c' }) as NewOperation;
  const answer = { status: 202, contentType: 'application/json', body: '', replayed: false } as const;
  const request = (state: string) => ({ prepare: () => operation(state) }) as unknown as AccrualRequest;
  /** Accepts whatever is prepared, unless it stands already. */
  const store = (stored: { replays: boolean }) =>
    ({
      acceptAccrual: async (given: AccrualRequest) => {
        if (!stored.replays) given.prepare(null, new Date());
        return answer;
      },
      acceptReversal: async () => answer,
    }) satisfies Pick<OperationStore, 'acceptAccrual' | 'acceptReversal'>;

  it('counts for the first, and judges it by that', async () => {
    const { it: w, backlog } = world();
    w.waiting = 10;
    const limited = limitedOperations(store({ replays: false }), backlog);
    await expect(limited.acceptAccrual(request('queued'))).rejects.toMatchObject({ code: 'BACKLOG_FULL' });
    expect(w.counts).toBe(1);
  });

  it('says that it is full where a balance was not read for that', async () => {
    const { it: w, backlog } = world();
    w.waiting = 10;
    await backlog.count('c');
    const refusing = (code: 'ACCOUNT_UNAVAILABLE' | 'QUOTE_USED', link: object | null) => {
      const accept: RedemptionStore['accept'] = async (given) => {
        given.prepare({ quote: null, link, available: null, now: new Date() } as unknown as RedemptionGround);
        return answer;
      };
      const prepare = () => {
        throw new Problem(code);
      };
      const limited = limitedRedemptions({ accept } as RedemptionStore, backlog);
      return limited.accept({ prepare } as unknown as RedemptionRequest).catch((error: unknown) => error);
    };
    const link = { connectionId: 'c' };
    expect(await refusing('ACCOUNT_UNAVAILABLE', link)).toMatchObject({ code: 'BACKLOG_FULL' });
    expect(await refusing('QUOTE_USED', link)).toMatchObject({ code: 'QUOTE_USED' });
    w.waiting = 0;
    await backlog.count('c');
    expect(await refusing('ACCOUNT_UNAVAILABLE', link)).toMatchObject({ code: 'ACCOUNT_UNAVAILABLE' });
  });

  it('gives an earlier answer again, and takes what does not wait yet', async () => {
    const { it: w, backlog } = world();
    w.waiting = 10;
    await backlog.count('c');
    await expect(limitedOperations(store({ replays: true }), backlog).acceptAccrual(request('queued'))).resolves.toBe(
      answer,
    );
    const limited = limitedOperations(store({ replays: false }), backlog);
    await expect(limited.acceptAccrual(request('scheduled'))).resolves.toBe(answer);
  });
});
