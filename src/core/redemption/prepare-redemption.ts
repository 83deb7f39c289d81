import type { OperationRow } from '../operation/row.js';
import {
  common,
  type Preparing,
  soon,
  type Taken,
  usableLink,
  visibleLink,
  NO_REDEMPTION,
} from '../operation/prepare.js';
import { Problem } from '../problem.js';
import type { NewOperation, RedemptionGround } from './ports.js';
import type { AcceptRedemption, AcceptRefund } from './redemptions.js';

/**
 * Turns a quote into a redemption, or throws the problem that stops it. A soft hold begins here: what our books know of the balance is
 * set aside with the acceptance itself, under the account's row lock.
 */
export function prepareRedemption(
  input: AcceptRedemption,
  ground: RedemptionGround,
  given: Pick<Preparing, 'caller' | 'facts' | 'id'>,
): NewOperation {
  const { quote, now, available } = ground;
  if (quote === null) throw new Problem('NOT_FOUND');
  const link = usableLink({ link: ground.link, caller: given.caller }, 'redeem');
  const { scheme, adapter, timing } = given.facts(link.scheme);
  if (adapter.redemption === undefined) throw new Problem('CAPABILITY_MISSING');
  if (quote.redemptionId !== null) throw new Problem('QUOTE_USED', { operationId: quote.redemptionId });
  if (quote.expiresAt <= now) throw new Problem('QUOTE_EXPIRED');
  const soft = quote.holdKind === 'soft';
  if (soft && available === null) throw new Problem('ACCOUNT_UNAVAILABLE');
  if (soft && (available ?? 0) < quote.points)
    throw new Problem('INSUFFICIENT_POINTS', { reason: 'insufficient-points' });
  const expiresAt = new Date(now.getTime() + scheme.softHoldSeconds * 1000).toISOString();
  return {
    ...common(input, { ...given, now }, link),
    kind: 'redemption',
    state: 'requested',
    activity: null,
    activityKey: null,
    reward: quote.reward,
    hold: soft ? { kind: 'soft', expiresAt } : null,
    quoteId: quote.id,
    points: quote.points,
    bonusPoints: 0,
    reason: null,
    termsVersion: quote.termsVersion,
    originalId: null,
    notBefore: null,
    deadlineAt: new Date(now.getTime() + timing.stepDeadlineMs),
    nextActionAt: soon(now),
  };
}

/** Turns a refund request into an operation linked to its redemption; `taken` is what other refunds hold, under its lock. */
export function prepareRefund(
  input: AcceptRefund,
  original: OperationRow | null,
  taken: Taken,
  given: Preparing,
): NewOperation {
  if (original?.kind !== 'redemption') throw new Problem('NOT_FOUND');
  const link = visibleLink(given);
  const { adapter, timing } = given.facts(link.scheme);
  const refund = adapter.redemption?.refund;
  if (refund === undefined) throw new Problem('CAPABILITY_MISSING');
  const operationId = original.id;
  if (original.state !== 'confirmed') throw new Problem('NOT_REFUNDABLE', { operationId, state: original.state });
  if (refund.idempotency === 'none' && refund.oneOpenAtATime && taken.open > 0) {
    throw new Problem('NOT_REFUNDABLE', { operationId });
  }
  const left = original.points - taken.points;
  if (left <= 0) throw new Problem('ALREADY_REFUNDED', { operationId });
  const points = input.points ?? left;
  if (points > left) throw new Problem('REFUND_EXCEEDS', { operationId });
  return {
    ...common(input, given, link),
    ...NO_REDEMPTION,
    kind: 'refund',
    state: 'queued',
    activity: null,
    activityKey: refundKey(input),
    points,
    bonusPoints: 0,
    reason: input.reason,
    termsVersion: original.termsVersion,
    originalId: operationId,
    notBefore: null,
    deadlineAt: new Date(given.now.getTime() + timing.deadlineMs),
    nextActionAt: soon(given.now),
  };
}

/** A refund is keyed by its parent and the platform's own reference; without one each idempotency key is a new refund. */
export function refundKey(input: Pick<AcceptRefund, 'redemptionId' | 'clientReference'>): string | null {
  return input.clientReference === undefined ? null : `refund|${input.redemptionId}|${input.clientReference}`;
}
