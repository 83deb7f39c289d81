import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReconWork } from '../../src/core/reconcile/ports.js';
import { reference, stands, standing } from '../core/reconcile/books.js';
import type { Day } from '../core/reconcile/fake-settlement.js';
import { brokenReconciliation } from '../core/reconcile/invariants.js';
import { idOf, openReconBench, type ReconBench, runOf } from '../core/reconcile/recon-bench.js';
import { CONNECTION } from './store-bench.js';

let bench: ReconBench;
beforeEach(async () => {
  bench = await openReconBench();
});
afterEach(async () => {
  await bench.runner.stop();
  await bench.close();
});

const D = '2026-03-10';
const DAY: Day = {
  lines: [
    { reference: reference(1), points: 500 },
    { reference: reference(2), points: 510 },
    { reference: reference(4), points: 500, supplierReference: 'S4' },
    { reference: reference(9), points: 70 },
  ],
};

/** Four operations of ours: one agrees, one differs, one is missing, the outcome of one is open. */
async function books(): Promise<string> {
  for (const n of [1, 2, 3]) await stands(bench, { n });
  return stands(bench, { n: 4, state: 'unknown', bookedAt: null });
}

/** The machine is gone: nobody holds the lease any more. */
const lapse = () =>
  bench.owner.query(
    'UPDATE recon_run SET lease_until = now(), next_action_at = now() WHERE next_action_at IS NOT NULL',
  );

const STEPS = ['keep', 'input', 'match', 'closings', 'proven', 'settled', 'judge'] as const;
type Step = (typeof STEPS)[number];
const DIED = new Error('died');

/** A store whose process dies at a step, before or after it was done; whatever it tries after that is lost too. */
function dyingAt(step: Step, when: 'before' | 'after'): ReconWork {
  let dead = false;
  const call =
    (name: string, run: (...args: never[]) => Promise<unknown>) =>
    async (...args: never[]): Promise<unknown> => {
      dead ||= name === step && when === 'before';
      if (dead) throw DIED;
      const result = await run(...args);
      dead = name === step;
      if (dead) throw DIED;
      return result;
    };
  const methods = Object.entries(bench.recon).map(([name, run]) => [name, call(name, run as never)] as const);
  return Object.fromEntries(methods) as unknown as ReconWork;
}

/** The digest of the same day where nobody dies. */
async function undisturbed(): Promise<string | null> {
  const other = await openReconBench();
  try {
    for (const n of [1, 2, 3]) await stands(other, { n });
    await stands(other, { n: 4, state: 'unknown', bookedAt: null });
    return (await other.reconcile(D, DAY)).digest;
  } finally {
    await other.close();
  }
}

describe('a process that dies', () => {
  let digest: string | null;
  beforeEach(async () => {
    digest ??= await undisturbed();
  });

  it.each(STEPS.flatMap((step) => (['before', 'after'] as const).map((when) => [when, step] as const)))(
    '%s %s: another goes on, to the same end',
    async (when, step) => {
      const open = await books();
      bench.settlement.days.set(D, DAY);
      const run = runOf(await bench.open(D));
      await bench.runnerOver(dyingAt(step, when)).wake(CONNECTION, []);
      expect(bench.errors).toContain(DIED);
      await bench.runner.wake(CONNECTION, []);
      if (!(step === 'judge' && when === 'after')) {
        // The lease still stands: nobody else may touch the run.
        expect(await bench.reconciliations.get(bench.demo.caller, idOf(run))).toMatchObject({
          state: 'running',
          digest: null,
        });
      }
      await lapse();
      await bench.runner.wake(CONNECTION, []);
      const end = await bench.reconciliations.get(bench.demo.caller, idOf(run));
      expect(end).toMatchObject({
        state: 'completed',
        digest,
        counts: { lines: 4, matched: 2, oursOnly: 1, theirsOnly: 1, different: 1 },
      });
      expect(await standing(bench, open)).toMatchObject({ state: 'posted', version: 2 });
      expect((await bench.breaks(end)).length).toBe(3);
      expect(await brokenReconciliation(bench.owner)).toEqual([]);
    },
  );

  it('with the database loses the staged lines, and they are read again from the kept input', async () => {
    await books();
    bench.settlement.days.set(D, DAY);
    const run = runOf(await bench.open(D));
    await bench.runnerOver(dyingAt('settled', 'after')).wake(CONNECTION, []);
    await bench.owner.query('TRUNCATE recon_line');
    await lapse();
    bench.settlement.days.delete(D);
    await bench.runner.wake(CONNECTION, []);
    expect(await bench.reconciliations.get(bench.demo.caller, idOf(run))).toMatchObject({ state: 'completed', digest });
  });

  it('and wakes up again after its lease writes nothing', async () => {
    await books();
    bench.settlement.days.set(D, DAY);
    await bench.open(D);
    const asleep = await bench.recon.claim(CONNECTION, 60_000);
    if (asleep === null) throw new Error('nothing was claimed');
    await lapse();
    await bench.runner.wake(CONNECTION, []);
    const before = await bench.owner.query('SELECT * FROM recon_run');
    await bench.recon.renew(asleep, 60_000);
    expect(await bench.recon.match(asleep, [])).toBeNull();
    await bench.recon.quarantine(asleep, { reason: 'totals', line: 0, detail: 'x' });
    await bench.recon.stumble(asleep, 'x', 0, 1);
    await bench.recon.wait(asleep, 'waiting', 0);
    expect((await bench.owner.query('SELECT * FROM recon_run')).rows).toEqual(before.rows);
  });
});

describe('an error of our own', () => {
  it('is tried again, and after five in a row the run has failed; asked again it begins anew', async () => {
    await books();
    bench.settlement.days.set(D, DAY);
    bench.settlement.failures.push(...Array.from({ length: 5 }, () => new TypeError('of ours')));
    const run = runOf(await bench.open(D));
    for (let tries = 1; tries <= 5; tries += 1) {
      expect(await bench.reconciliations.get(bench.demo.caller, idOf(run))).not.toMatchObject({ state: 'failed' });
      await lapse();
      await bench.runner.wake(CONNECTION, []);
    }
    expect(bench.errors).toHaveLength(5);
    expect(await bench.reconciliations.get(bench.demo.caller, idOf(run))).toMatchObject({
      state: 'failed',
      quarantine: null,
      digest: null,
    });
    expect(await bench.reconcile(D, DAY)).toMatchObject({ id: run.id, state: 'completed', supersedes: null });
  });

  it('after the run was judged leaves it as it was', async () => {
    const first = await bench.reconcile(D, DAY);
    bench.settlement.failures.push(...Array.from({ length: 5 }, () => new TypeError('of ours')));
    await bench.open(D);
    for (let tries = 1; tries <= 5; tries += 1) {
      await lapse();
      await bench.runner.wake(CONNECTION, []);
    }
    expect(await bench.reconciliations.get(bench.demo.caller, idOf(first))).toEqual(first);
  });
});

describe('two processes', () => {
  it('work on a connection one at a time, and on its days in order', async () => {
    for (const date of ['2026-03-12', D, '2026-03-11']) {
      bench.settlement.days.set(date, { lines: [] });
      await bench.open(date);
    }
    const first = await bench.recon.claim(CONNECTION, 60_000);
    expect(first?.businessDate).toBe(D);
    expect(await Promise.all([1, 2, 3].map(() => bench.recon.claim(CONNECTION, 60_000)))).toEqual([null, null, null]);
    if (first !== null) await bench.recon.release(first);
    const another = bench.runnerOver(bench.recon);
    await Promise.all([bench.runner.wake(CONNECTION, []), another.wake(CONNECTION, [])]);
    await eventuallyAtRest();
    expect(bench.settlement.asked()).toBe(3);
  });

  it('do not get into each other’s way while one writes longer than its lease', async () => {
    bench.settlement.days.set(D, { lines: [] });
    for (const date of [D, '2026-03-11']) await bench.open(date);
    const writing = await bench.recon.claim(CONNECTION, 60_000);
    const client = await bench.owner.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM recon_run WHERE id = $1 FOR UPDATE', [writing?.id]);
      if (writing !== null) await bench.recon.renew(writing, 60_000);
      expect(runOf(await bench.open(D)).state).toBe('running');
      await client.query('UPDATE recon_run SET lease_until = now(), next_action_at = now() WHERE id = $1', [
        writing?.id,
      ]);
      await client.query('COMMIT; BEGIN');
      await client.query('SELECT FROM recon_run WHERE id = $1 FOR UPDATE', [writing?.id]);
      expect(await bench.recon.claim(CONNECTION, 60_000)).toBeNull();
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    expect((await bench.recon.claim(CONNECTION, 60_000))?.id).toBe(writing?.id);
  });

  async function eventuallyAtRest(): Promise<void> {
    await bench.runner.wake(CONNECTION, []);
    const { rows } = await bench.owner.query<{ state: string }>('SELECT state FROM recon_run');
    expect(rows.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed']);
  }
});

it('a runner that stops gives the run back where it is', async () => {
  await books();
  bench.settlement.days.set(D, DAY);
  const run = runOf(await bench.open(D));
  const stopping = bench.runnerOver({
    ...bench.recon,
    keep: async (...kept) => {
      const next = await bench.recon.keep(...kept);
      void stopping.stop();
      return next;
    },
  });
  await stopping.wake(CONNECTION, []);
  bench.settlement.days.delete(D);
  await bench.runner.wake(CONNECTION, []);
  expect(await bench.reconciliations.get(bench.demo.caller, idOf(run))).toMatchObject({ state: 'completed' });
  expect(bench.errors).toEqual([]);
});
