import { instant, localDate } from '../engine/clock.js';
import type { Member } from '../engine/members.js';
import type { Collection } from '../engine/store.js';
import { readJson } from '../engine/wire-body.js';
import type { Handler, Parts, WireAnswer } from '../platform.js';
import { type Code, invalid, otherReference, refusal, type Wire } from './answers.js';
import type { Holds } from './holds.js';
import { keyOf } from './idempotency.js';
import { readRedemption } from './redemption-request.js';

/** A redemption as the supplier keeps it; that a hold has expired is told by the clock alone. */
export interface RedemptionRecord {
  readonly request: Wire['RedemptionRequest'];
  readonly supplierReference: string;
  readonly status: 'held' | 'confirmed' | 'released';
  /** Unix milliseconds. */
  readonly heldUntil: number;
  readonly businessDate?: string | undefined;
}

export interface RedemptionParts extends Parts {
  readonly zone: string;
  readonly redemptions: Collection<RedemptionRecord>;
  readonly holds: Holds;
  readonly beneficiaries: Collection<readonly Wire['Beneficiary'][]>;
  /** The balance a member must once have had before redemption opens; absent where the brand has no such rule. */
  readonly firstRedemptionAt: number | undefined;
}

const HOLD_MS = 30 * 60_000;

/** The contract's handlers around one redemption. */
export function redemptionHandlers(parts: RedemptionParts): Record<'hold' | 'get' | 'confirm' | 'release', Handler> {
  const known = (handler: (record: RedemptionRecord) => WireAnswer): Handler => {
    return ({ params }) => {
      const record = parts.redemptions.get(params['reference'] ?? '');
      return record ? handler(record) : refusal('NOT_FOUND');
    };
  };
  return {
    hold: (request) =>
      readJson(
        request,
        (body) => {
          const redemption = readRedemption(body);
          if (redemption.reference !== keyOf(request)) body.at('reference').fail('is not the Idempotency-Key');
          if (parts.redemptions.get(redemption.reference)) return refusal('KEY_REUSED');
          const member = parts.members.byNumber(redemption.memberNo);
          const code = member ? refusalOf(redemption, member, parts) : 'MEMBER_NOT_FOUND';
          return code === null ? held(redemption, parts) : refusal(code);
        },
        invalid,
      ),
    get: known((record) => answer(200, record, parts)),
    confirm: known((record) => confirmed(record, parts)),
    release: known((record) => released(record, parts)),
  };
}

function refusalOf(redemption: Wire['RedemptionRequest'], member: Member, parts: RedemptionParts): Code | null {
  const { beneficiaryNo, points } = redemption;
  if (parts.firstRedemptionAt !== undefined && highestBalance(member, parts) < parts.firstRedemptionAt) {
    return 'BELOW_FIRST_REDEMPTION';
  }
  if (beneficiaryNo !== undefined && !isEffective(beneficiaryNo, member, parts)) return 'BENEFICIARY_NOT_EFFECTIVE';
  return parts.holds.available(member) < points ? 'INSUFFICIENT_POINTS' : null;
}

function isEffective(beneficiaryNo: string, member: Member, parts: RedemptionParts): boolean {
  const list = parts.beneficiaries.get(member.number) ?? [];
  const effectiveFrom = list.find((each) => each.beneficiaryNo === beneficiaryNo)?.effectiveFrom;
  return effectiveFrom !== undefined && effectiveFrom <= localDate(parts.clock(), parts.zone);
}

/** Redemption opens once and stays open, however little is left. */
function highestBalance(member: Member, parts: RedemptionParts): number {
  let balance = member.opening;
  let highest = balance;
  for (const { points } of parts.books.rowsOf(member.number)) {
    balance += points;
    highest = Math.max(highest, balance);
  }
  return highest;
}

function held(request: Wire['RedemptionRequest'], parts: RedemptionParts): WireAnswer {
  const { reference, memberNo, points } = request;
  const heldUntil = parts.clock() + HOLD_MS;
  const record = { request, supplierReference: parts.books.nextReference('CNT'), status: 'held', heldUntil } as const;
  parts.redemptions.set(reference, record);
  parts.holds.place({ reference, memberNo, points, until: heldUntil });
  return answer(201, record, parts);
}

/** Confirmed again it stays as it is; a hold that has ended in any other way cannot be spent. */
function confirmed(record: RedemptionRecord, parts: RedemptionParts): WireAnswer {
  const status = statusOf(record, parts);
  if (status === 'confirmed') return answer(200, record, parts);
  if (status !== 'held') return refusal('HOLD_EXPIRED');
  const { reference, memberNo, points } = record.request;
  parts.holds.end(reference);
  const { businessDate } = parts.books.apply({
    reference,
    supplierReference: record.supplierReference,
    memberNumber: memberNo,
    points: -points,
    kind: 'redemption',
  });
  const spent = { ...record, status: 'confirmed', businessDate } as const;
  parts.redemptions.set(reference, spent);
  return answer(200, spent, parts);
}

/** Released again it stays as it is; what is spent, or has ended by itself, is past releasing. */
function released(record: RedemptionRecord, parts: RedemptionParts): WireAnswer {
  const status = statusOf(record, parts);
  if (status === 'released') return answer(200, record, parts);
  if (status !== 'held') return refusal('HOLD_EXPIRED');
  const free = { ...record, status: 'released' } as const;
  parts.holds.end(record.request.reference);
  parts.redemptions.set(record.request.reference, free);
  return answer(200, free, parts);
}

function statusOf({ status, heldUntil }: RedemptionRecord, parts: RedemptionParts): Wire['Redemption']['status'] {
  return status === 'held' && heldUntil <= parts.clock() ? 'expired' : status;
}

function answer(status: number, record: RedemptionRecord, parts: RedemptionParts): WireAnswer {
  const { request, supplierReference, heldUntil, businessDate } = record;
  const body: Wire['Redemption'] = {
    reference: request.reference,
    supplierReference,
    memberNo: request.memberNo,
    points: request.points,
    status: statusOf(record, parts),
    holdExpiresAt: instant(heldUntil),
    ...(businessDate === undefined ? {} : { businessDate }),
  };
  return {
    status,
    body,
    wrongEchoes: [
      { ...body, points: body.points + 1 },
      { ...body, reference: otherReference(body.reference) },
    ],
  };
}
