import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readAccount } from '../../src/core/account/read-account.js';
import type { AccountView } from '../../src/core/link/links.js';
import type { Learnt } from '../../src/core/operation/snapshot.js';
import { LEARNT_OF_REDEMPTION } from '../core/operation/redemption-situations.js';
import { brokenInvariants } from '../support/invariants.js';
import { count, idOf, stored } from './operations.js';
import {
  abandon,
  ask,
  carriedBy,
  claimRedemption,
  completedBy,
  confirmedRedemption,
  doneReceipt,
  endHoldIn,
  ends,
  heldRedemption,
  openRedemptionBench,
  quoted,
  redeem,
  type RedemptionBench,
  redeemed,
  reservation,
  tally,
} from './redemptions.js';

const LINKS = 12;
let bench: RedemptionBench;
let next = 0;
beforeAll(async () => {
  bench = await openRedemptionBench({ links: LINKS });
});
afterAll(() => bench.close());

/** A link of which nothing is known and nothing was set aside yet. */
function freshLink(): string {
  const link = bench.demo.links[next];
  next += 1;
  if (link === undefined) throw new Error('no link is left');
  return link;
}
const quote = (linkId: string, points: number) => quoted(bench, 'soft', points, bench.demo, linkId);
async function balanceOf(linkId: string, maxAge = 3_600): Promise<AccountView['balance']> {
  const link = await bench.links.get(bench.demo.caller, linkId);
  if (link === null) throw new Error('no such link');
  return (await readAccount(bench.accounts, bench.demo.caller, link, maxAge)).balance;
}
/** The mirrored balance is older than a redemption accepts without asking again. */
async function age(linkId: string): Promise<void> {
  await bench.owner.query(`UPDATE account_snapshot SET as_of = as_of - interval '90 s' WHERE link_id = $1`, [linkId]);
}

describe('soft holds on one link', () => {
  it('never exceed its balance together, however many are asked for at once', async () => {
    const linkId = freshLink();
    bench.says(1_000);
    const quotes = await Promise.all(Array.from({ length: 20 }, () => quote(linkId, 120)));
    const tries = await Promise.allSettled(quotes.map((quoteId) => redeem(bench, 'soft', quoteId)));
    expect(tally(ends(tries))).toEqual({ requested: 8, INSUFFICIENT_POINTS: 12 });
    expect(await balanceOf(linkId)).toEqual({ available: 40, pending: null, held: 960 });
    expect(await count(bench, 'reservation WHERE link_id = $1 AND ended_at IS NULL', [linkId])).toBe(8);
  });

  it('nor when the balance is read anew in between', async () => {
    const linkId = freshLink();
    bench.says(1_000);
    await balanceOf(linkId, 0);
    const quotes = await Promise.all(Array.from({ length: 20 }, () => quote(linkId, 120)));
    const tries = await Promise.allSettled(
      quotes.flatMap((quoteId, index) => [
        ...(index % 3 === 0 ? [age(linkId).then(() => balanceOf(linkId, 0))] : []),
        redeem(bench, 'soft', quoteId),
      ]),
    );
    const answers = tries.filter((one) => one.status === 'rejected' || 'body' in one.value);
    expect(tally(ends(answers as Parameters<typeof ends>[0]))).toEqual({ requested: 8, INSUFFICIENT_POINTS: 12 });
  });

  it('are held against what the supplier says now, not against what is remembered', async () => {
    const linkId = freshLink();
    bench.says(1_000);
    await balanceOf(linkId);
    bench.says(100);
    await age(linkId);
    await expect(redeem(bench, 'soft', await quote(linkId, 200))).rejects.toMatchObject({
      code: 'INSUFFICIENT_POINTS',
      details: { reason: 'insufficient-points' },
    });
    bench.says(5_000);
    await age(linkId);
    await redeem(bench, 'soft', await quote(linkId, 4_000));
    expect((await balanceOf(linkId)).available).toBe(1_000);
  });

  it('are made by the newest balance that is known when the supplier does not answer, and by none where none is', async () => {
    const linkId = freshLink();
    bench.says(null);
    await expect(redeem(bench, 'soft', await quote(linkId, 1))).rejects.toMatchObject({ code: 'ACCOUNT_UNAVAILABLE' });
    bench.says(300);
    await balanceOf(linkId);
    bench.says(null);
    await age(linkId);
    await redeem(bench, 'soft', await quote(linkId, 200));
    await expect(redeem(bench, 'soft', await quote(linkId, 101))).rejects.toMatchObject({
      code: 'INSUFFICIENT_POINTS',
    });
    bench.says(10_000);
  });

  it('leave other links of the traveller alone, and native holds set nothing aside', async () => {
    const [one, two] = [freshLink(), freshLink()];
    bench.says(1_000);
    await redeem(bench, 'soft', await quote(one, 900));
    await redeem(bench, 'native', await quoted(bench, 'native', 900, bench.demo, two));
    expect((await balanceOf(one)).available).toBe(100);
    expect((await balanceOf(two)).available).toBe(1_000);
    bench.says(10_000);
  });
});

describe('points that were spent', () => {
  it('are missing from a balance that was asked for before, and not taken off twice from one asked for after', async () => {
    const linkId = freshLink();
    bench.says(1_000);
    const id = idOf(await redeem(bench, 'soft', await quote(linkId, 600)));
    await claimRedemption(bench, id, 'live');
    await ask(bench, 'soft', 'confirm', id);
    // The supplier is asked, then the debit comes through, then its answer to the question arrives.
    bench.whileAsked(async () => {
      bench.whileAsked(() => Promise.resolve());
      await carriedBy(bench, id, 'live', doneReceipt());
    });
    expect(await balanceOf(linkId, 0)).toEqual({ available: 400, pending: null, held: null });
    await expect(redeem(bench, 'soft', await quote(linkId, 500))).rejects.toMatchObject({
      code: 'INSUFFICIENT_POINTS',
    });
    bench.says(400);
    expect(await balanceOf(linkId, 0)).toEqual({ available: 400, pending: null, held: null });
    await redeem(bench, 'soft', await quote(linkId, 400));
    bench.says(10_000);
  });
});

describe('a reservation', () => {
  const OPEN = { open: true, outcome: null };
  const learnt = (name: keyof typeof LEARNT_OF_REDEMPTION): Learnt => LEARNT_OF_REDEMPTION[name];

  async function confirming(): Promise<string> {
    const id = await heldRedemption(bench, 'soft', 10);
    await ask(bench, 'soft', 'confirm', id);
    return id;
  }

  it('stands from the acceptance on, through every state that is not final', async () => {
    const id = await redeemed(bench, 'soft', 10);
    expect(await reservation(bench, id)).toEqual({ ...OPEN, points: '10' });
    await claimRedemption(bench, id, 'live');
    expect([(await stored(bench, id))['state'], await reservation(bench, id)]).toMatchObject(['held', OPEN]);
    await ask(bench, 'soft', 'confirm', id);
    expect([(await stored(bench, id))['state'], await reservation(bench, id)]).toMatchObject(['confirming', OPEN]);
    await carriedBy(bench, id, 'live', learnt('lost answer'));
    expect([(await stored(bench, id))['state'], await reservation(bench, id)]).toMatchObject(['unknown', OPEN]);
    await abandon(bench, id);
    await carriedBy(bench, id, 'lookup', learnt('unmapped refusal'));
    expect([(await stored(bench, id))['state'], await reservation(bench, id)]).toMatchObject(['needs-review', OPEN]);
  });

  it.each<[string, () => Promise<string>, string, string]>([
    ['confirmed', () => confirmedRedemption(bench, 'soft', 10), 'confirmed', 'spent'],
    [
      'released before it was held',
      async () => {
        const id = await redeemed(bench, 'soft', 10);
        await ask(bench, 'soft', 'release', id);
        return id;
      },
      'released',
      'freed',
    ],
    [
      'released',
      async () => {
        const id = await heldRedemption(bench, 'soft', 10);
        await ask(bench, 'soft', 'release', id);
        return id;
      },
      'released',
      'freed',
    ],
    [
      'refused',
      async () => {
        const id = await confirming();
        await carriedBy(bench, id, 'live', learnt('too few points'));
        return id;
      },
      'rejected',
      'freed',
    ],
    [
      'over',
      async () => {
        const id = await heldRedemption(bench, 'soft', 10);
        await endHoldIn(bench, id, 0);
        await claimRedemption(bench, id, 'lookup');
        return id;
      },
      'expired',
      'freed',
    ],
    [
      'over before anybody looked',
      async () => {
        const id = await redeemed(bench, 'soft', 10);
        await endHoldIn(bench, id, -1);
        await claimRedemption(bench, id, 'live');
        return id;
      },
      'expired',
      'freed',
    ],
  ])('ends with a redemption that is %s', async (_name, act, state, outcome) => {
    const id = await act();
    expect(await stored(bench, id)).toMatchObject({ state, next_action_at: null, intent: null });
    expect(await reservation(bench, id)).toEqual({ points: '10', outcome, open: false });
  });

  it('is not ended twice by what comes late', async () => {
    const id = await confirming();
    const claimed = await claimRedemption(bench, id, 'live');
    if (claimed === undefined) throw new Error('nothing was claimed');
    await abandon(bench, id);
    await claimRedemption(bench, id, 'live');
    expect(await completedBy(bench, claimed, learnt('too few points'))).toBe('stale');
    expect(await reservation(bench, id)).toMatchObject(OPEN);
  });

  it('is never there for a native hold', async () => {
    const id = await confirmedRedemption(bench, 'native', 10);
    expect(await reservation(bench, id)).toBeNull();
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
