import { setTimeout as pause } from 'node:timers/promises';
import { activityFor } from '../../test/support/travellers.js';
import type { Answered } from './platform.js';
import { rewardOf } from './reward.js';
import type { Traveller } from './travellers.js';

/** What platforms asked for and were answered, for the reckoning at the end. */
export interface Asked {
  /** Ids of the operations that were answered with 202 or 200. */
  readonly accepted: ReadonlyMap<string, 'accrual' | 'redemption'>;
  /** Answers that accept nothing, by what they said; some are right, such as a quote that has expired during an outage. */
  readonly refused: ReadonlyMap<string, number>;
  /** Requests that had to be sent again before they were answered. */
  readonly repeated: number;
  readonly begun: number;
}

export interface LoadOptions {
  readonly operations: number;
  readonly perSecond: number;
  readonly random: () => number;
  readonly giveUp: AbortSignal;
  readonly onProgress: (begun: number) => void;
  /** All are begun; some are not answered yet. */
  readonly onAllBegun: () => void;
}

/** Requests go on coming while the gateway is down; more than this at once eight platforms would not have open. */
const AT_ONCE = 500;
const REDEMPTIONS = 0.3;
/** A redemption is confirmed, let go, or both is asked at once; a few are left to whoever cleans up. */
const CONFIRMED = 0.75;
const RELEASED = 0.9;

/** Begins so many operations at a steady rate, whatever becomes of those before, and waits until each was answered for good. */
export async function runLoad(travellers: readonly Traveller[], options: LoadOptions): Promise<Asked> {
  const accepted = new Map<string, 'accrual' | 'redemption'>();
  const refused = new Map<string, number>();
  const counts = { repeated: 0, begun: 0 };
  const open = new Set<Promise<void>>();
  const from = performance.now();

  const take = (kind: 'accrual' | 'redemption', what: string, answer: Answered): string | null => {
    counts.repeated += answer.tries > 0 ? 1 : 0;
    const { status, body } = answer;
    if (status === 202 || status === 200) {
      accepted.set(String(body['id']), kind);
      return String(body['id']);
    }
    const said = `${what}: ${status} ${String(body['code'])}`;
    refused.set(said, (refused.get(said) ?? 0) + 1);
    return null;
  };

  const spenders = travellers.filter(({ redeems }) => redeems);
  const one = async (index: number): Promise<void> => {
    const redeeming = options.random() < REDEMPTIONS;
    const among = redeeming ? spenders : travellers;
    const traveller = among[Math.floor(options.random() * among.length)];
    const wish = options.random();
    if (traveller === undefined) throw new Error('nobody travels');
    if (redeeming) {
      await redeem(traveller, index, wish, take);
      return;
    }
    const { linkId, scheme, platform } = traveller;
    const body = { linkId, activity: activityFor(scheme.id, index), points: 1 + (index % 97) };
    take('accrual', 'accrual', await platform.post('/v1/accruals', body, `accrual-${index}`));
  };

  for (let index = 0; index < options.operations; index += 1) {
    const due = from + (index / options.perSecond) * 1_000;
    const early = due - performance.now();
    if (early > 1) await pause(early);
    while (open.size >= AT_ONCE) await Promise.race(open);
    const running = one(index).finally(() => open.delete(running));
    open.add(running);
    counts.begun += 1;
    options.onProgress(counts.begun);
  }
  options.onAllBegun();
  await Promise.all(open);
  return { accepted, refused, ...counts };
}

type Take = (kind: 'redemption', what: string, answer: Answered) => string | null;

async function redeem({ linkId, platform }: Traveller, index: number, wish: number, take: Take): Promise<void> {
  const quoted = await platform.post(
    '/v1/quotes',
    { linkId, reward: rewardOf(index), points: 1 + (index % 5) },
    `quote-${index}`,
  );
  if (quoted.status !== 200) {
    take('redemption', 'quote', { ...quoted, status: quoted.status });
    return;
  }
  const asked = await platform.post('/v1/redemptions', { quoteId: quoted.body['id'] }, `redemption-${index}`, {
    prefer: 'wait=10',
  });
  const id = take('redemption', 'redemption', asked);
  if (id === null) return;
  if (wish >= RELEASED && wish < 0.95) return;
  await held(platform, id);
  const act = (what: 'confirm' | 'release'): Promise<Answered> =>
    platform.post(`/v1/redemptions/${id}/${what}`, {}, `${what}-${index}`);
  const answers = await (wish < CONFIRMED
    ? act('confirm').then((answer) => [answer])
    : wish < RELEASED
      ? act('release').then((answer) => [answer])
      : Promise.all([act('confirm'), act('release')]));
  // A state that allows it no more is a right answer: the hold has ended, or the other of two acts came first.
  for (const answer of answers) if (answer.status !== 409) take('redemption', 'act', answer);
}

const HOLD_WITHIN_MS = 60_000;
const FIRST_LOOK_MS = 500;
const LOOK_AT_LEAST_EVERY_MS = 5_000;

/** Until the redemption stands or has ended; ever more seldom, as a platform asks that has a thousand others open. */
async function held(platform: Traveller['platform'], id: string): Promise<void> {
  const until = performance.now() + HOLD_WITHIN_MS;
  for (let wait = FIRST_LOOK_MS; performance.now() < until; wait = Math.min(2 * wait, LOOK_AT_LEAST_EVERY_MS)) {
    const { body } = await platform.get(`/v1/operations/${id}`);
    if (!['requested', 'holding', 'unknown'].includes(String(body['state']))) return;
    await pause(wait);
  }
}
