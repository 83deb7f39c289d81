import { describe, expect, it } from '@jest/globals';
import type { Perform, Receipt } from '../../src/spec/adapter.js';
import type { Fault } from '../../src/spec/errors.js';
import type { Recovery } from '../../src/spec/capabilities.js';
import type { Bench } from './bench.js';
import { contradictions, echoesNothing, faultOf } from './outcome.js';
import type { AboutMember, Trial } from './write-bench.js';

/** One call around a redemption: how a trial of it is set up, and what the supplier has of it before the call and after it. */
export interface StepUnderTest<I extends AboutMember> {
  readonly name: string;
  readonly write: { readonly idempotency: Recovery; readonly perform: Perform<I, never> };
  readonly trial: () => Promise<Trial<I>>;
  readonly shown: (tried: Trial<I>) => Promise<unknown>;
  readonly before: unknown;
  readonly after: unknown;
}

interface Misbehaviour {
  readonly fault: string;
  readonly seed: number;
  /** What it may look like to an adapter. */
  readonly kinds: readonly Fault['kind'][];
  /** Whether the supplier has then done what was asked. */
  readonly done: 'yes' | 'no' | 'perhaps';
}

const MISBEHAVIOURS: readonly Misbehaviour[] = [
  { fault: 'dropBeforeCommit', seed: 1, kinds: ['unknown-outcome'], done: 'no' },
  { fault: 'commitThenDrop', seed: 1, kinds: ['unknown-outcome'], done: 'yes' },
  { fault: 'refuse', seed: 1, kinds: ['unknown-outcome', 'not-sent'], done: 'no' },
  { fault: 'hang', seed: 1, kinds: ['unknown-outcome'], done: 'no' },
  ...[1, 2, 3].map((seed) => ({ fault: 'throttle', seed, kinds: ['rate-limited'], done: 'no' }) as const),
  ...[1, 2, 3, 4, 5, 6].map(
    (seed) => ({ fault: 'garbage', seed, kinds: ['unknown-outcome'], done: 'perhaps' }) as const,
  ),
];
const ERRORS: readonly Omit<Misbehaviour, 'seed'>[] = [
  { fault: 'errorAfterCommit', kinds: ['unknown-outcome'], done: 'yes' },
  { fault: 'errorBeforeCommit', kinds: ['unknown-outcome', 'not-sent', 'rate-limited'], done: 'no' },
];
const ERROR_STATUSES = [500, 502, 503, 504];

/** What a step must hold to at a supplier that misbehaves. A repeat is made only where the step declares that it may be. */
export function stepCases<I extends AboutMember>(step: StepUnderTest<I>, bench: () => Bench): void {
  const { name, write, trial, shown, before, after } = step;
  const perform = ({ input, attempt }: Trial<I>): Promise<Receipt> =>
    write.perform(bench().call().context, input, attempt);

  const survive = async ({ fault, seed, kinds, done }: Misbehaviour): Promise<number | null> => {
    const { control } = bench();
    const tried = await trial();
    const { context, exchanges } = bench().call(fault === 'hang' ? 'hurried' : 'patient');
    await control.faults({ [fault]: 1 }, seed);
    const claimed = faultOf(write.perform(context, tried.input, tried.attempt), tried.secrets);
    expect(kinds).toContain((await claimed.finally(() => control.clearFaults())).kind);
    if (done !== 'perhaps') expect(await shown(tried)).toEqual(done === 'yes' ? after : before);
    if (write.idempotency === 'key') {
      expect(contradictions(await perform(tried), tried.asked)).toEqual([]);
      expect(await shown(tried)).toEqual(after);
    }
    return exchanges.at(-1)?.status ?? null;
  };

  describe(name, () => {
    it('is done by one write, and its receipt says so', async () => {
      const tried = await trial();
      expect(await shown(tried)).toEqual(before);
      const { context, exchanges } = bench().call();
      const receipt = await write.perform(context, tried.input, tried.attempt);
      expect(exchanges.map(({ effect }) => effect)).toEqual(['write']);
      expect(receipt).toMatchObject({ supplierReference: expect.any(String), final: true });
      expect(contradictions(receipt, tried.asked)).toEqual([]);
      expect(await shown(tried)).toEqual(after);
    });

    it("is not confused by the supplier's clock", async () => {
      const tried = await trial();
      await bench().control.faults({ skewedClock: 1 });
      const receipt = await perform(tried).finally(() => bench().control.clearFaults());
      expect(contradictions(receipt, tried.asked)).toEqual([]);
      expect(await shown(tried)).toEqual(after);
    });

    it('takes no answer that echoes something else', async () => {
      const tried = await trial();
      await bench().control.faults({ wrongEcho: 1 });
      const receipt = await perform(tried).finally(() => bench().control.clearFaults());
      // Where a contract echoes nothing there is nothing to be wrong, and the right answer came.
      if (!echoesNothing(receipt)) expect(contradictions(receipt, tried.asked)).not.toEqual([]);
      expect(await shown(tried)).toEqual(after);
    });

    it.each(MISBEHAVIOURS)('claims nothing on $fault (seed $seed)', async (misbehaviour) => {
      await survive(misbehaviour);
    });

    it.each(ERRORS)('claims nothing on $fault, whichever the status', async (error) => {
      const seen = new Set<number | null>();
      for (let seed = 1; seed <= 60 && !ERROR_STATUSES.every((status) => seen.has(status)); seed += 1) {
        seen.add(await survive({ ...error, seed }));
      }
      expect([...seen].sort()).toEqual(ERROR_STATUSES);
    });

    if (write.idempotency === 'key') {
      it('is done once however often the same is sent, with the same receipt', async () => {
        const tried = await trial();
        const once = await perform(tried);
        const again = [await perform(tried), ...(await Promise.all([1, 2, 3].map(() => perform(tried))))];
        expect(again).toEqual([once, once, once, once]);
        expect(await shown(tried)).toEqual(after);
      });
    }
  });
}
