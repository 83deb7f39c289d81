import type { AccrualInput, Attempt, Member, Receipt, ReversalInput } from '../../src/spec/adapter.js';
import type { ActivityType } from '../../src/spec/activity.js';
import { points } from '../../src/spec/values.js';
import { type Bench, verifyInput } from './bench.js';
import type { Posting, SandboxMember } from './control.js';
import { linked } from './member-cases.js';
import type { Asked } from './outcome.js';
import { mintReference, sampleActivity } from './samples.js';

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
  readonly original?: ReversalInput['original'];
}

/** The same for a member, and of an accrual, that the supplier does not know. */
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

async function memberOf(bench: Bench, sandboxMember: SandboxMember): Promise<Member> {
  const { handle } = await linked(bench, sandboxMember);
  return { number: sandboxMember.memberNumber, name: verifyInput(sandboxMember).name, handle };
}

function trial<I>(bench: Bench, input: I, amount: number, sandboxMember: SandboxMember): Trial<I> {
  const now = bench.now();
  const { memberNumber, familyName, givenName } = sandboxMember;
  const asked = { reference: mintReference(now), points: amount, memberNumber };
  const attempt = { reference: asked.reference, createdAt: new Date(now).toISOString() };
  return { input, attempt, asked, secrets: [memberNumber, `${familyName} ${givenName}`] };
}
