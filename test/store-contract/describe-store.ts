import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LEARNT } from '../core/operation/situations.js';
import { accrual, idOf, posted, REJECTED, REPORT, UNKNOWN } from '../store/operations.js';
import { CONNECTION, request } from '../store/store-bench.js';
import {
  accepted,
  carried,
  claim,
  claimOf,
  ends,
  heldRedemption,
  postedAccrual,
  quoted,
  redeem,
  told,
} from './acting.js';
import type { ContractBench } from './bench.js';

/** What every store of operations does, whatever it is made of. */
export function describeStore(name: string, open: () => Promise<ContractBench>): void {
  let bench: ContractBench;
  const stored = async (id: string) => {
    const row = await bench.store.get(bench.demo.caller, id);
    if (row === null) throw new Error('no such operation');
    return row;
  };

  describe(name, () => {
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench.close());

    describe('accepting', () => {
      it('answers the same key again byte for byte, and refuses it for anything else', async () => {
        const input = accrual(bench.demo);
        const first = await bench.operations.accrue(bench.demo.caller, input, request(input, 'k-1'));
        const again = await bench.operations.accrue(bench.demo.caller, input, request(input, 'k-1'));
        expect(first).toMatchObject({ status: 202, replayed: false });
        expect(again).toEqual({ ...first, replayed: true });
        const otherwise = { ...input, points: 501 };
        await expect(
          bench.operations.accrue(bench.demo.caller, otherwise, request(otherwise, 'k-1')),
        ).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
        const theirs = accrual(bench.other);
        expect(await bench.operations.accrue(bench.other.caller, theirs, request(theirs, 'k-1'))).toMatchObject({
          replayed: false,
        });
      });

      it('keeps nothing of what was refused', async () => {
        const foreign = accrual(bench.demo, { linkId: bench.other.links[0] ?? '' });
        const refused = bench.operations.accrue(bench.demo.caller, foreign, request(foreign, 'k-2'));
        await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND' });
        const input = accrual(bench.demo);
        expect(await bench.operations.accrue(bench.demo.caller, input, request(input, 'k-2'))).toMatchObject({
          status: 202,
        });
      });

      it('has one operation for a trip of a link, and parks the same trip of another', async () => {
        const input = accrual(bench.demo);
        const id = await accepted(bench, bench.demo, input);
        const again = await bench.operations.accrue(bench.demo.caller, input, request(input));
        expect([again.status, idOf(again)]).toEqual([200, id]);
        const more = { ...input, points: 900 };
        const refused = await bench.operations.accrue(bench.demo.caller, more, request(more, 'k-3'));
        expect([refused.status, refused.operationId]).toEqual([409, id]);
        expect((await bench.operations.accrue(bench.demo.caller, more, request(more, 'k-3'))).body).toBe(refused.body);
        const elsewhere = await accepted(bench, bench.demo, { ...input, linkId: bench.demo.links[1] ?? '' });
        expect(await stored(elsewhere)).toMatchObject({ state: 'needs-review', reviewReason: 'possible-duplicate' });
        expect(await claim(bench, 'live', [[bench.demo, elsewhere]])).toEqual([]);
      });

      it('frees a trip that was refused or wholly reversed', async () => {
        const input = accrual(bench.demo);
        const id = await accepted(bench, bench.demo, input);
        await carried(bench, id, REJECTED);
        const second = await postedAccrual(bench, input);
        expect(second).not.toBe(id);
        const part = { accrualId: second, reason: 'test', metadata: {}, points: 200 };
        const reversal = idOf(await bench.operations.reverse(bench.demo.caller, part, request(part)));
        await carried(bench, reversal, posted('S-part'));
        expect(await accepted(bench, bench.demo, input)).toBe(second);
        const rest = { accrualId: second, reason: 'test', metadata: {} };
        await carried(
          bench,
          idOf(await bench.operations.reverse(bench.demo.caller, rest, request(rest))),
          posted('S-rest'),
        );
        expect(await accepted(bench, bench.demo, input)).not.toBe(second);
      });

      it('computes points by the terms, rounded once', async () => {
        const { activity } = accrual(bench.demo);
        const fare = { currency: 'CNY', minor: 55_350 };
        const priced = activity.type === 'flight' ? { ...activity, fare } : activity;
        const id = await accepted(bench, bench.demo, accrual(bench.demo, { activity: priced, points: undefined }));
        expect(await stored(id)).toMatchObject({ points: 2_767 });
      });
    });

    describe('a claim', () => {
      it('is taken once, with its attempt, and only by its tenant, lane and connection', async () => {
        const id = await accepted(bench, bench.demo);
        expect(await claim(bench, 'live', [[bench.other, id]])).toEqual([]);
        expect(await claim(bench, 'lookup', [[bench.demo, id]])).toEqual([]);
        const elsewhere = { connectionId: '0a000000-0000-4000-8000-00000000000f' };
        expect(await claim(bench, 'live', [[bench.demo, id]], elsewhere)).toEqual([]);
        const claims = await Promise.all([1, 2, 3, 4].map(() => claim(bench, 'live', [[bench.demo, id]])));
        expect(claims.flat()).toMatchObject([
          { act: 'send', operation: { state: 'sending', version: 2, attempts: 1 }, snapshot: { sinceLastSentMs: 0 } },
        ]);
        expect(await bench.attempts(id)).toEqual(['send open']);
      });

      it('takes what is due and nothing sooner', async () => {
        const notBefore = new Date(bench.now() + 3_600_000).toISOString();
        const id = await accepted(bench, bench.demo, accrual(bench.demo, { notBefore }));
        expect(await claim(bench, 'live', [[bench.demo, id]])).toEqual([]);
        await bench.pass(3_700_000);
        expect(await claim(bench, 'live', [[bench.demo, id]])).toEqual([]);
        expect(await stored(id)).toMatchObject({ state: 'queued', version: 2 });
        expect(await claim(bench, 'live', [[bench.demo, id]])).toHaveLength(1);
      });

      it('of a lease that lapsed finds an unknown outcome', async () => {
        const id = await accepted(bench, bench.demo);
        await claimOf(bench, id);
        expect(await claim(bench, 'lookup', [[bench.demo, id]])).toEqual([]);
        await bench.pass(31_000);
        expect(await claim(bench, 'lookup', [[bench.demo, id]])).toEqual([]);
        expect(await stored(id)).toMatchObject({ state: 'unknown', version: 3 });
        const claimed = await claimOf(bench, id, 'lookup');
        expect(claimed).toMatchObject({ act: 'look-up', snapshot: { everSent: true, lapses: 1, attempts: 1 } });
        expect(await bench.states(id)).toEqual(['queued', 'sending', 'unknown']);
      });

      it('that is put off leaves the operation as it is, due again later', async () => {
        const id = await accepted(bench, bench.demo);
        const putOff = { plan: () => ({ act: 'defer', forMs: 5_000 }) as const };
        await bench.pass(16_000);
        expect(await claim(bench, 'live', [[bench.demo, id]], putOff)).toEqual([]);
        expect(await stored(id)).toMatchObject({ state: 'queued', version: 1, attempts: 0 });
        expect((await claim(bench, 'live')).map(({ operation }) => operation.id)).not.toContain(id);
        await bench.pass(6_000);
        expect((await claim(bench, 'live')).map(({ operation }) => operation.id)).toContain(id);
      });

      it("takes tenants in turns, each one's oldest first, and no more than it may", async () => {
        await claim(bench, 'live', [], { limit: 200 });
        const ours = [];
        for (let nth = 0; nth < 4; nth += 1) ours.push(await accepted(bench, bench.demo));
        const theirs = await accepted(bench, bench.other);
        await bench.pass(16_000);
        const taken = (await claim(bench, 'live', [], { limit: 2 })).map(({ operation }) => operation.id);
        expect(new Set(taken)).toEqual(new Set([ours[0], theirs]));
      });
    });

    describe('an end', () => {
      it('is applied once; what comes later changes nothing', async () => {
        const id = await accepted(bench, bench.demo);
        const claimed = await claimOf(bench, id);
        const first = await bench.store.complete({ claimed, decision: posted('S-once'), report: REPORT });
        const second = await bench.store.complete({ claimed, decision: REJECTED, report: REPORT });
        expect([first, second]).toEqual(['applied', 'stale']);
        expect(await stored(id)).toMatchObject({ state: 'posted', version: 3, supplierReference: 'S-once' });
        expect(await bench.booked(id)).toEqual(['member-points 500', 'supplier-clearing -500']);
        expect(await bench.attempts(id)).toEqual(['send receipt']);
      });

      it('under a lease that has passed on changes nothing', async () => {
        const id = await accepted(bench, bench.demo);
        await carried(bench, id, UNKNOWN);
        const first = await claimOf(bench, id, 'lookup');
        await bench.pass(31_000);
        const second = await claimOf(bench, id, 'lookup');
        expect(await bench.store.complete({ claimed: first, decision: posted('S-old'), report: REPORT })).toBe('stale');
        expect(await bench.store.complete({ claimed: second, decision: posted('S-new'), report: REPORT })).toBe(
          'applied',
        );
        expect(await stored(id)).toMatchObject({ state: 'posted', supplierReference: 'S-new' });
      });

      it('cannot take the supplier reference of another operation', async () => {
        const [one, two] = [await accepted(bench, bench.demo), await accepted(bench, bench.demo)];
        expect(await carried(bench, one, posted('S-taken'))).toBe('applied');
        const claimed = await claimOf(bench, two);
        expect(await bench.store.complete({ claimed, decision: posted('S-taken'), report: REPORT })).toBe(
          'reference-taken',
        );
        expect(await stored(two)).toMatchObject({ state: 'sending', supplierReference: null });
        expect(await bench.booked(two)).toEqual([]);
      });
    });

    describe('evidence', () => {
      const TOLD = {
        posted: LEARNT['told posted'],
        otherwise: LEARNT['told posted something else'],
        absent: { type: 'told-absent', by: 'settlement' },
      } as const;

      it('twice and in any order comes to the same', async () => {
        const orders = permutations(['posted', 'posted', 'absent', 'otherwise'] as const);
        const ended = [];
        for (const [nth, order] of orders.entries()) {
          const id = await accepted(bench, bench.demo);
          await carried(bench, id, UNKNOWN);
          for (const word of order) {
            const learnt = TOLD[word];
            await told(
              bench,
              id,
              'supplierReference' in learnt ? { ...learnt, supplierReference: `S-o${nth}` } : learnt,
            );
          }
          const { state, supplierReference } = await stored(id);
          ended.push([state, supplierReference === `S-o${nth}`, (await bench.booked(id)).length]);
        }
        expect(ended).toEqual(orders.map(() => ['posted', true, 2]));
      });

      it("of another tenant's operation is not even judged", async () => {
        const id = await accepted(bench, bench.other);
        expect(await told(bench, id, LEARNT['told posted'])).toBeNull();
        expect(await bench.store.subject(bench.demo.id, id)).toBeNull();
        expect(await bench.store.get(bench.demo.caller, id)).toBeNull();
      });
    });

    describe('taking back', () => {
      it('never exceeds what was given, however many ask at once', async () => {
        const accrualId = await postedAccrual(bench);
        const input = { accrualId, reason: 'test', metadata: {}, points: 200 };
        const tries = Array.from({ length: 5 }, () =>
          bench.operations.reverse(bench.demo.caller, input, request(input)),
        );
        const refused = 'REVERSAL_EXCEEDS';
        expect(ends(await Promise.allSettled(tries))).toEqual([refused, refused, refused, 'queued', 'queued']);
      });

      it('of a refusal gives its part back', async () => {
        const accrualId = await postedAccrual(bench);
        const all = { accrualId, reason: 'test', metadata: {} };
        const reversal = idOf(await bench.operations.reverse(bench.demo.caller, all, request(all)));
        const again = () => bench.operations.reverse(bench.demo.caller, all, request(all));
        await expect(again()).rejects.toMatchObject({ code: 'ALREADY_REVERSED' });
        await carried(bench, reversal, REJECTED);
        expect(await again()).toMatchObject({ status: 202 });
      });
    });

    describe('spending', () => {
      it('makes one redemption of a quote', async () => {
        const quoteId = await quoted(bench, bench.native, 300);
        const tries = Array.from({ length: 4 }, () => redeem(bench, bench.native, quoteId));
        expect(ends(await Promise.allSettled(tries))).toEqual(['QUOTE_USED', 'QUOTE_USED', 'QUOTE_USED', 'requested']);
        const late = await quoted(bench, bench.native, 300);
        await bench.pass(601_000);
        expect(ends(await Promise.allSettled([redeem(bench, bench.native, late)]))).toEqual(['QUOTE_EXPIRED']);
      });

      it('sets aside no more than there is, and gives back what was let go', async () => {
        const quotes = [];
        for (const points of [6_000, 6_000, 4_000]) quotes.push(await quoted(bench, bench.soft, points));
        const [first = '', second = '', third = ''] = quotes;
        const id = idOf(await redeem(bench, bench.soft, first));
        expect(ends(await Promise.allSettled([redeem(bench, bench.soft, second)]))).toEqual(['INSUFFICIENT_POINTS']);
        const other = idOf(await redeem(bench, bench.soft, third));
        for (const held of [id, other]) await bench.soft.release(bench.demo.caller, held, request(held));
        expect(await stored(id)).toMatchObject({ state: 'released' });
        const again = idOf(await redeem(bench, bench.soft, second));
        await bench.soft.release(bench.demo.caller, again, request(again));
      });

      it('lets one of confirm and release through', async () => {
        const id = await heldRedemption(bench, 500);
        const acts = [
          bench.soft.confirm(bench.demo.caller, id, request('c')),
          bench.soft.release(bench.demo.caller, id, request('r')),
        ];
        const ended = ends(await Promise.allSettled(acts));
        expect(ended).toContain('REDEMPTION_STATE');
        const { state } = await stored(id);
        expect(ended).toContain(state);
        expect(['confirming', 'released']).toContain(state);
      });

      it('notes a wish beside what is under way, and carries on with it', async () => {
        const id = idOf(await redeem(bench, bench.native, await quoted(bench, bench.native, 300)));
        const claimed = await claimOf(bench, id);
        const noted = await bench.native.release(bench.demo.caller, id, request('note'));
        expect(JSON.parse(noted.body)).toMatchObject({ state: 'holding', intent: 'release', version: 2 });
        const expiresAt = new Date(bench.now() + 1_800_000).toISOString();
        const hold = { kind: 'native', expiresAt } as const;
        const decision = { to: 'held', nextActionInMs: 0, wakeAt: expiresAt, everSent: true, hold } as const;
        expect(await bench.store.complete({ claimed, decision, report: REPORT })).toBe('applied');
        expect((await stored(id)).nextActionAt?.getTime()).toBeLessThan(Date.parse(expiresAt) - 60_000);
        expect(await claimOf(bench, id, 'lookup')).toMatchObject({ act: 'send', operation: { state: 'releasing' } });
      });

      it('books what was confirmed and refunds no more', async () => {
        const id = await heldRedemption(bench, 500);
        await bench.soft.confirm(bench.demo.caller, id, request('confirm'));
        await carried(bench, id, { ...posted('S-spent'), to: 'confirmed' });
        expect(await bench.booked(id)).toEqual(['member-points -500', 'supplier-clearing 500']);
        const part = { redemptionId: id, points: 300, reason: 'test', metadata: {} };
        const tries = Array.from({ length: 3 }, () => bench.soft.refund(bench.demo.caller, part, request(part)));
        expect(ends(await Promise.allSettled(tries))).toEqual(['REFUND_EXCEEDS', 'REFUND_EXCEEDS', 'queued']);
      });
    });

    describe('wake-ups', () => {
      it('are handed over once they are committed, kept when nobody takes them, and found again when overdue', async () => {
        await bench.outbox.publish(10_000, async () => undefined);
        const id = await accepted(bench, bench.demo);
        const failing = bench.outbox.publish(10, () => Promise.reject(new Error('no queue')));
        await expect(failing).rejects.toThrow('no queue');
        const handed: string[] = [];
        const take = () =>
          bench.outbox.publish(10, async (wakeUps) => {
            handed.push(
              ...wakeUps.flatMap(({ lane, delayMs, hints }) => hints.map((hint) => `${lane} ${delayMs} ${hint.id}`)),
            );
          });
        expect([await take(), await take()]).toEqual([1, 0]);
        expect(handed).toEqual([`live 0 ${id}`]);
        await bench.pass(16_000);
        expect((await bench.outbox.overdue()).map(({ lane }) => lane)).toContain('live');
      });
    });

    describe('a push', () => {
      it('is taken once, waits for its operation, and is forgotten in the end', async () => {
        const { reference } = await stored(await accepted(bench, bench.demo));
        const told = [{ type: 'operation.posted', reference }] as const;
        const receive = (eventId: string) => bench.pushes.receive(CONNECTION, eventId, told);
        expect([await receive('e-1'), await receive('e-1')]).toEqual(['received', 'received']);
        await bench.pushes.settle(CONNECTION, 'e-1', 'applied', null);
        expect(await receive('e-1')).toBe('applied');
        await receive('e-2');
        await bench.pushes.settle(CONNECTION, 'e-2', 'parked', 60_000);
        const parked = () => bench.pushes.claimParked(10, 60_000, 3_600_000);
        expect(await parked()).toEqual([]);
        await bench.pass(61_000);
        expect(await parked()).toMatchObject([{ connectionId: CONNECTION, eventId: 'e-2', notifications: told }]);
        expect(await parked()).toEqual([]);
        await bench.pass(3_700_000);
        expect(await parked()).toEqual([]);
        expect(await receive('e-2')).toBe('ignored');
      });

      it('finds its operation by connection and reference, whoever has it', async () => {
        const id = await accepted(bench, bench.other);
        const { reference = '' } = (await bench.store.get(bench.other.caller, id)) ?? {};
        expect(await bench.pushes.locate(CONNECTION, reference)).toEqual({ tenantId: bench.other.id, operationId: id });
        expect(await bench.pushes.locate(CONNECTION, '9'.repeat(20))).toBeNull();
      });
    });

    describe('a list', () => {
      it("is paged newest first, and its cursors are its tenant's", async () => {
        const linkId = bench.demo.links[2] ?? '';
        const ids = [];
        for (let nth = 0; nth < 5; nth += 1)
          ids.push(await accepted(bench, bench.demo, accrual(bench.demo, { linkId })));
        const first = await bench.store.list(bench.demo.caller, { linkId }, { limit: 3 });
        const cursor = first.next ?? '';
        const second = await bench.store.list(bench.demo.caller, { linkId }, { limit: 3, cursor });
        expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([...ids].reverse());
        expect(second.next).toBeNull();
        await expect(bench.store.list(bench.other.caller, {}, { limit: 3, cursor })).rejects.toMatchObject({
          code: 'INVALID',
        });
        expect((await bench.store.list(bench.other.caller, { linkId }, { limit: 3 })).items).toEqual([]);
      });
    });
  });
}

function permutations<T>(of: readonly T[]): T[][] {
  if (of.length <= 1) return [[...of]];
  return of.flatMap((one, at) =>
    permutations(of.filter((_other, index) => index !== at)).map((rest) => [one, ...rest]),
  );
}
