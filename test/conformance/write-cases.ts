import { describe, expect, it } from '@jest/globals';
import type { Find, Receipt, Write } from '../../src/spec/adapter.js';
import type { Fault } from '../../src/spec/errors.js';
import type { Bench } from './bench.js';
import { contradictions, echoesNothing, faultOf } from './outcome.js';
import { recover } from './recovery.js';
import { type AboutMember, effects, settle, stranger, type Trial } from './write-bench.js';

/** A write of one kind: how a trial of it is set up, and what it looks like in the supplier's books. */
export interface WriteUnderTest<I extends AboutMember> {
  readonly name: string;
  readonly kind: 'accrual' | 'reversal';
  readonly write: Write<I, never>;
  readonly trial: (bench: Bench) => Promise<Trial<I>>;
}

interface Misbehaviour {
  readonly fault: string;
  readonly seeds: readonly number[];
  /** What it may look like to an adapter. */
  readonly kinds: readonly Fault['kind'][];
  /** Whether the supplier has then done what was asked. */
  readonly done: 'yes' | 'no' | 'perhaps';
}

const MISBEHAVIOURS: readonly Misbehaviour[] = [
  { fault: 'dropBeforeCommit', seeds: [1], kinds: ['unknown-outcome'], done: 'no' },
  { fault: 'commitThenDrop', seeds: [1], kinds: ['unknown-outcome'], done: 'yes' },
  { fault: 'refuse', seeds: [1], kinds: ['unknown-outcome', 'not-sent'], done: 'no' },
  { fault: 'hang', seeds: [1], kinds: ['unknown-outcome'], done: 'no' },
  { fault: 'throttle', seeds: [1, 2, 3], kinds: ['rate-limited'], done: 'no' },
  { fault: 'garbage', seeds: [1, 2, 3, 4, 5, 6], kinds: ['unknown-outcome'], done: 'perhaps' },
];
const ERRORS: readonly Omit<Misbehaviour, 'seeds'>[] = [
  { fault: 'errorAfterCommit', kinds: ['unknown-outcome'], done: 'yes' },
  { fault: 'errorBeforeCommit', kinds: ['unknown-outcome', 'not-sent', 'rate-limited'], done: 'no' },
];
const ERROR_STATUSES = [500, 502, 503, 504];
const RUNS = MISBEHAVIOURS.flatMap(({ seeds, ...rest }) => seeds.map((seed) => ({ ...rest, seed })));

/** That a write is done once and its receipt says so; enough for the activities that differ in nothing else. */
export function cleanCase<I extends AboutMember>(
  { name, kind, write, trial }: WriteUnderTest<I>,
  bench: () => Bench,
): void {
  it(`${name} has exactly one effect, by one write, and a receipt that says so`, async () => {
    const tried = await trial(bench());
    const { context, exchanges } = bench().call();
    const receipt = await write.perform(context, tried.input, tried.attempt);
    expect(exchanges.filter(({ effect }) => effect === 'write')).toHaveLength(1);
    expect(receipt.supplierReference).toBeTruthy();
    await expectOneEffect(bench(), tried, kind, receipt);
  });
}

/** Everything a write must hold to at a supplier that misbehaves, by what it declares. */
export function writeCases<I extends AboutMember>(
  { name, kind, write, trial }: WriteUnderTest<I>,
  bench: () => Bench,
): void {
  const expectOne = (tried: Trial<I>, receipt: Receipt) => expectOneEffect(bench(), tried, kind, receipt);
  /** Lets one fault happen to one attempt, holds the write to what it may claim, recovers it; answers with the status that came. */
  const survive = async ({ fault, kinds, done }: Omit<Misbehaviour, 'seeds'>, seed: number): Promise<number | null> => {
    const { control } = bench();
    const tried = await trial(bench());
    const { context, exchanges } = bench().call(fault === 'hang' ? 'hurried' : 'patient');
    await control.faults({ [fault]: 1 }, seed);
    const claimed = faultOf(write.perform(context, tried.input, tried.attempt), tried.secrets);
    expect(kinds).toContain((await claimed.finally(() => control.clearFaults())).kind);
    if (done !== 'perhaps') {
      await control.closeDay();
      expect(await effects(bench(), tried, kind)).toHaveLength(done === 'yes' ? 1 : 0);
    }
    if (write.idempotency !== 'none') {
      await expectOne(tried, await recover(bench(), write, tried.input, tried.attempt));
    }
    return exchanges.at(-1)?.status ?? null;
  };

  describe(name, () => {
    it("is not confused by the supplier's clock", async () => {
      const tried = await trial(bench());
      await bench().control.faults({ skewedClock: 1 });
      const performed = write.perform(bench().call().context, tried.input, tried.attempt);
      await performed.finally(() => bench().control.clearFaults());
      await expectOne(tried, await performed);
    });

    it('takes no answer that echoes something else', async () => {
      const tried = await trial(bench());
      await bench().control.faults({ wrongEcho: 1 });
      const performed = write.perform(bench().call().context, tried.input, tried.attempt);
      const receipt = await performed.catch(() => null).finally(() => bench().control.clearFaults());
      // Where a contract echoes nothing there is nothing to be wrong, and the right answer came.
      if (receipt !== null && !echoesNothing(receipt)) expect(contradictions(receipt, tried.asked)).not.toEqual([]);
      expect(await effects(bench(), tried, kind)).toHaveLength(receipt?.final === false ? 0 : 1);
    });

    it.each(RUNS)('claims nothing on $fault (seed $seed)', async ({ seed, ...misbehaviour }) => {
      await survive(misbehaviour, seed);
    });

    it.each(ERRORS)('claims nothing on $fault, whichever the status', async (misbehaviour) => {
      const seen = new Set<number | null>();
      for (let seed = 1; seed <= 60 && !ERROR_STATUSES.every((status) => seen.has(status)); seed += 1) {
        seen.add(await survive(misbehaviour, seed));
      }
      expect([...seen].sort()).toEqual(ERROR_STATUSES);
    });

    it('claims nothing where the supplier refuses', async () => {
      const tried = stranger(await trial(bench()));
      const fault = await faultOf(write.perform(bench().call().context, tried.input, tried.attempt), tried.secrets);
      expect(['rejected', 'unmapped']).toContain(fault.kind);
      expect((await bench().control.postings()).filter(({ reference }) => reference === tried.asked.reference)).toEqual(
        [],
      );
    });

    if (write.idempotency === 'key') repeatCases(write);
    if (write.idempotency !== 'none' && write.find !== undefined) findCases(write, write.find);
  });

  function repeatCases(keyed: Extract<Write<I, never>, { idempotency: 'key' }>): void {
    it('has one effect however often the same is sent, and the same receipt', async () => {
      const tried = await trial(bench());
      const once = await keyed.perform(bench().call().context, tried.input, tried.attempt);
      const again = await keyed.perform(bench().call().context, tried.input, tried.attempt);
      const together = await Promise.all(
        [1, 2, 3].map(() => keyed.perform(bench().call().context, tried.input, tried.attempt)),
      );
      expect([again, ...together].map(({ supplierReference }) => supplierReference)).toEqual(
        Array(4).fill(once.supplierReference),
      );
      await expectOne(tried, once);
      expect(keyed.windowMs(bench().config)).toBeGreaterThan(3_600_000);
    });
  }

  function findCases(found: Exclude<Write<I, never>, { idempotency: 'none' }>, find: Find<I, never>): void {
    it('is absent before and found after, by reads alone', async () => {
      const tried = await trial(bench());
      const { context, exchanges } = bench().call();
      expect(await find(context, tried.input, tried.attempt)).toEqual({ found: 'absent' });
      const receipt = await found.perform(bench().call().context, tried.input, tried.attempt);
      await settle(bench(), receipt);
      bench().advance(found.conclusiveAfterMs?.(bench().config) ?? 0);
      const now = await find(context, tried.input, tried.attempt);
      expect(now).toMatchObject({ found: 'posted', receipt: { supplierReference: receipt.supplierReference } });
      if (now.found === 'posted') expect(contradictions(now.receipt, tried.asked)).toEqual([]);
      expect(exchanges.map(({ effect }) => effect)).not.toContain('write');
    });

    it.each([1, 2, 3, 4, 5, 6])('is never absent in garbage (seed %i)', async (seed) => {
      const tried = await trial(bench());
      await bench().control.faults({ garbage: 1 }, seed);
      const fault = faultOf(find(bench().call().context, tried.input, tried.attempt), tried.secrets);
      expect((await fault.finally(() => bench().control.clearFaults())).kind).toBe('unknown-outcome');
    });
  }
}

async function expectOneEffect(
  bench: Bench,
  tried: Trial<unknown>,
  kind: 'accrual' | 'reversal',
  receipt: Receipt,
): Promise<void> {
  expect(contradictions(receipt, tried.asked)).toEqual([]);
  await settle(bench, receipt);
  const rows = await effects(bench, tried, kind);
  expect(rows.map(({ points }) => points)).toEqual([kind === 'accrual' ? tried.asked.points : -tried.asked.points]);
}
