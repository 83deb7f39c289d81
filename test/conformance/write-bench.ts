import type {
  AccrualInput,
  Attempt,
  Member,
  Receipt,
  RedemptionInput,
  RefundInput,
  ReversalInput,
} from '../../src/spec/adapter.js';
import type { ActivityType } from '../../src/spec/activity.js';
import type { RewardType } from '../../src/spec/reward.js';
import { points } from '../../src/spec/values.js';
import { type Bench, verifyInput } from './bench.js';
import type { Posting, SandboxMember } from './control.js';
import { linked } from './member-cases.js';
import type { Asked } from './outcome.js';
import { mintReference, sampleActivity, sampleReward } from './samples.js';

/** A write about to be tried: its input and attempt, what its receipt may echo, and what must be told to nobody. */
export interface Trial<I> {
  readonly input: I;
  readonly attempt: Attempt;
  readonly asked: Asked;
  readonly secrets: readonly string[];
}

/** An accrual of 120 points and 5 more for a member who has just been linked. */
export async function accrualTrial(bench: Bench, type: ActivityType): Promise<Trial<AccrualInput>> {
  const sandboxMember = await bench.control.member();
  const member = await memberOf(bench, sandboxMember);
  const input = { member, activity: sampleActivity(type), points: points(120), bonusPoints: points(5) };
  return trial(bench, input, 125, sandboxMember);
}

/** Takes back 25 of an accrual that stands in the supplier's books. */
export async function reversalTrial(bench: Bench, type: ActivityType): Promise<Trial<ReversalInput>> {
  const accrual = bench.adapter.accrual;
  if (accrual === undefined) throw new Error('no accrual port');
  const { input, attempt, secrets } = await accrualTrial(bench, type);
  const receipt = await accrual.accrue.perform(bench.call().context, input, attempt);
  await settle(bench, receipt);
  const { member, activity, points: base, bonusPoints } = input;
  const supplierReference = receipt.supplierReference ?? '';
  const original = { reference: attempt.reference, supplierReference, activity, points: base, bonusPoints };
  const reversal = { member, original, points: points(25), reason: 'ticket refunded' };
  const asked = { reference: mintReference(bench.now()), points: 25, memberNumber: member.number };
  return {
    input: reversal,
    attempt: { reference: asked.reference, createdAt: new Date(bench.now()).toISOString() },
    asked,
    secrets,
  };
}

/** What every write is about. */
export interface AboutMember {
  readonly member: Member;
  readonly original?: Pick<ReversalInput['original'], 'reference' | 'supplierReference'>;
}

/** A redemption of 1,000 points for a member who has just been linked and has had enough for any scheme to let them redeem. */
export async function redemptionTrial(bench: Bench, type: RewardType): Promise<Trial<RedemptionInput>> {
  const sandboxMember = await bench.control.member();
  await bench.control.ownActivity(sandboxMember.memberNumber, 10_000);
  return redemptionBy(bench, type, sandboxMember);
}

/** The same for a member who has the points and never had the balance at which a scheme opens redemption. */
export async function newcomerTrial(bench: Bench, type: RewardType, opensAt: number): Promise<Trial<RedemptionInput>> {
  for (let tries = 0; tries < 100; tries += 1) {
    const sandboxMember = await bench.control.member();
    if (sandboxMember.balance < opensAt) return redemptionBy(bench, type, sandboxMember);
  }
  throw new Error(`of a hundred members none began with less than ${opensAt} points`);
}

/** Gives back 400 of a redemption of 1,000 that stands in the supplier's books. */
export async function refundTrial(bench: Bench, type: RewardType): Promise<Trial<RefundInput>> {
  const port = bench.adapter.redemption;
  if (port === undefined) throw new Error('no redemption port');
  const { input, attempt, secrets } = await redemptionTrial(bench, type);
  if (port.flow === 'hold-first') await port.hold.perform(bench.call().context, input, attempt);
  const receipt = await port.confirm.perform(bench.call().context, input, attempt);
  const { member, reward, points: spent } = input;
  const supplierReference = receipt.supplierReference ?? '';
  const original = { reference: attempt.reference, supplierReference, reward, points: spent };
  const asked = { reference: mintReference(bench.now()), points: 400, memberNumber: member.number };
  return {
    input: { member, original, points: points(400), reason: 'order cancelled' },
    attempt: { reference: asked.reference, createdAt: new Date(bench.now()).toISOString() },
    asked,
    secrets,
  };
}

/** The same for a member, and of an original, that the supplier does not know. */
export function stranger<I extends AboutMember>(tried: Trial<I>): Trial<I> {
  const { member, original } = tried.input;
  const handle = Object.fromEntries(Object.keys(member.handle).map((key) => [key, '999999999']));
  const number = member.number.replace(/\d{6}$/, '000000');
  const unknown = original && {
    original: { ...original, reference: '0'.repeat(20), supplierReference: 'LP999999999' },
  };
  return {
    ...tried,
    input: { ...tried.input, member: { ...member, number, handle }, ...unknown },
    secrets: [...tried.secrets, number],
  };
}

/** A supplier that posts the night after has posted once its day is closed. */
export async function settle(bench: Bench, receipt: Receipt): Promise<void> {
  if (!receipt.final) await bench.control.closeDay();
}

/** What the supplier's books hold of one kind for the member of a trial, who is new and has nothing else. */
export async function effects(bench: Bench, { asked }: Trial<unknown>, kind: string): Promise<readonly Posting[]> {
  const postings = await bench.control.postings();
  return postings.filter((row) => row.kind === kind && row.memberNumber === asked.memberNumber);
}

/** What the supplier says a trial's member can spend. */
export async function available(bench: Bench, { input }: Trial<AboutMember>): Promise<number> {
  const port = bench.adapter.member;
  if (port === undefined) throw new Error(`${bench.adapter.id} tells no balance`);
  return (await port.account(bench.call().context, input.member)).available;
}

/** What the supplier's books hold of the redemptions and refunds of a trial's member, in order and signed from the member. */
export async function moved(bench: Bench, { asked }: Trial<unknown>): Promise<number[]> {
  const postings = await bench.control.postings();
  return postings
    .filter(
      ({ kind, memberNumber }) => (kind === 'redemption' || kind === 'refund') && memberNumber === asked.memberNumber,
    )
    .map((row) => row.points);
}

async function memberOf(bench: Bench, sandboxMember: SandboxMember): Promise<Member> {
  const { handle } = await linked(bench, sandboxMember);
  return { number: sandboxMember.memberNumber, name: verifyInput(sandboxMember).name, handle };
}

async function redemptionBy(
  bench: Bench,
  type: RewardType,
  sandboxMember: SandboxMember,
): Promise<Trial<RedemptionInput>> {
  const member = await memberOf(bench, sandboxMember);
  return trial(bench, { member, reward: sampleReward(type), points: points(1_000) }, 1_000, sandboxMember);
}

function trial<I>(bench: Bench, input: I, amount: number, sandboxMember: SandboxMember): Trial<I> {
  const now = bench.now();
  const { memberNumber, familyName, givenName } = sandboxMember;
  const asked = { reference: mintReference(now), points: amount, memberNumber };
  const attempt = { reference: asked.reference, createdAt: new Date(now).toISOString() };
  return { input, attempt, asked, secrets: [memberNumber, `${familyName} ${givenName}`] };
}
