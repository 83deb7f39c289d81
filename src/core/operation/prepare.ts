import type { AnyAdapter } from '../../spec/adapter.js';
import { activityDate, activityKey } from '../../spec/activity.js';
import type { Scheme, Timing } from '../../spec/scheme.js';
import { covers } from '../access/covers.js';
import type { Caller } from '../access/caller.js';
import type { LinkFacts } from '../link/facts.js';
import { invalid, Problem } from '../problem.js';
import { earnedPoints } from '../scheme/earn.js';
import { termsFor } from '../scheme/terms.js';
import { todayIn } from '../scheme/use-cases.js';
import type { AcceptAccrual, AcceptReversal } from './operations.js';
import { mintReference } from './reference.js';
import type { NewOperation, OperationRow } from './row.js';

/** Where a link's scheme stands: its description, its adapter and its times. */
export interface SchemeFacts {
  readonly scheme: Scheme;
  readonly adapter: AnyAdapter;
  readonly timing: Timing;
}

/** What every preparation is given beside its input; `now` is the database's clock. */
export interface Preparing {
  readonly caller: Caller;
  readonly link: LinkFacts | null;
  readonly facts: (scheme: string) => SchemeFacts;
  readonly now: Date;
  readonly id: string;
}

/** Turns an accrual request into an operation, or throws the problem that stops it; nothing is stored yet. */
export function prepareAccrual(input: AcceptAccrual, given: Preparing): NewOperation {
  const link = usableLink(given, 'accrue');
  const { scheme, adapter, timing } = given.facts(link.scheme);
  if (adapter.accrual === undefined) throw new Problem('CAPABILITY_MISSING');
  const { activity } = input;
  if (!adapter.accrual.activities.includes(activity.type)) throw new Problem('ACTIVITY_NOT_SUPPORTED');
  const today = todayIn(scheme.zone, given.now);
  const terms = termsFor(scheme, { activityDate: activityDate(activity), postingDate: today });
  // What terms do not name is not theirs to post; `other` has no terms of its own.
  if (terms !== null && activity.type !== 'other' && terms.accrual[activity.type] !== 'posted-by-us') {
    throw new Problem('ACTIVITY_NOT_SUPPORTED');
  }
  const points = input.points ?? computedPoints(terms, activity);
  const bonusPoints = input.bonusPoints ?? 0;
  if (!Number.isSafeInteger(points + bonusPoints))
    throw invalid('/bonusPoints', 'points and bonusPoints together are too many');
  const notBefore = input.notBefore === undefined ? null : new Date(input.notBefore);
  const waits = notBefore !== null && notBefore > given.now;
  const windowMs = terms?.claimWindowDays === undefined ? timing.deadlineMs : terms.claimWindowDays * 86_400_000;
  const deadlineFrom = Math.max(given.now.getTime(), notBefore?.getTime() ?? 0);
  return {
    ...common(input, given, link),
    kind: 'accrual',
    state: waits ? 'scheduled' : 'queued',
    activity,
    activityKey: activityKey(activity),
    points,
    bonusPoints,
    reason: null,
    termsVersion: terms?.version ?? null,
    ...NO_REDEMPTION,
    originalId: null,
    notBefore,
    deadlineAt: new Date(deadlineFrom + windowMs),
    nextActionAt: waits ? notBefore : soon(given.now),
  };
}

/** What earlier reversals or refunds of an operation hold already, and how many of them are open. */
export interface Taken {
  readonly points: number;
  readonly open: number;
}

/** Turns a reversal request into an operation; `taken` is what earlier reversals of the accrual already hold, under its lock. */
export function prepareReversal(
  input: AcceptReversal,
  original: OperationRow | null,
  taken: Taken,
  given: Preparing,
): NewOperation {
  if (original?.kind !== 'accrual') throw new Problem('NOT_FOUND');
  const link = visibleLink(given);
  const { adapter, timing } = given.facts(link.scheme);
  const reverse = adapter.accrual?.reverse;
  if (reverse === undefined) throw new Problem('CAPABILITY_MISSING');
  if (original.state !== 'posted') throw new Problem('NOT_REVERSIBLE', { operationId: original.id });
  if (reverse.idempotency === 'none' && reverse.oneOpenAtATime && taken.open > 0) {
    throw new Problem('NOT_REVERSIBLE', { operationId: original.id });
  }
  const left = original.points + original.bonusPoints - taken.points;
  if (left <= 0) throw new Problem('ALREADY_REVERSED', { operationId: original.id });
  const points = input.points ?? left;
  if (points > left) throw new Problem('REVERSAL_EXCEEDS', { operationId: original.id });
  return {
    ...common(input, given, link),
    kind: 'reversal',
    state: 'queued',
    activity: null,
    activityKey: reversalKey(input),
    points,
    bonusPoints: 0,
    reason: input.reason,
    termsVersion: original.termsVersion,
    ...NO_REDEMPTION,
    originalId: original.id,
    notBefore: null,
    deadlineAt: new Date(given.now.getTime() + timing.deadlineMs),
    nextActionAt: soon(given.now),
  };
}

/** Accepting leaves the wake-up to the queue; this is when the sweeper takes over if that wake-up is lost. */
const SWEEP_AFTER_MS = 15_000;

/** What only redemptions have. */
export const NO_REDEMPTION = { reward: null, hold: null, quoteId: null } as const;

/** A reversal is keyed by its parent and the platform's own reference; without one each idempotency key is a new reversal. */
export function reversalKey(input: Pick<AcceptReversal, 'accrualId' | 'clientReference'>): string | null {
  return input.clientReference === undefined ? null : `reversal|${input.accrualId}|${input.clientReference}`;
}

/** When an operation that was accepted just now is due, should its wake-up be lost. */
export function soon(now: Date): Date {
  return new Date(now.getTime() + SWEEP_AFTER_MS);
}

function computedPoints(terms: ReturnType<typeof termsFor>, activity: AcceptAccrual['activity']): number {
  const earned = terms === null ? { cannotTell: true as const } : earnedPoints(terms, activity);
  if ('cannotTell' in earned) throw new Problem('POINTS_REQUIRED');
  if (earned.points <= 0) throw new Problem('POINTS_REQUIRED');
  return earned.points;
}

/** The link of a request; another's, or none, is not found. */
export function visibleLink(given: Pick<Preparing, 'link' | 'caller'>): LinkFacts {
  const { link } = given;
  if (link === null || !covers(given.caller, link.organisation)) throw new Problem('NOT_FOUND');
  return link;
}

/** A link that is active and whose traveller agreed to this. */
export function usableLink(given: Pick<Preparing, 'link' | 'caller'>, scope: 'accrue' | 'redeem'): LinkFacts {
  const link = visibleLink(given);
  if (link.state !== 'active') throw new Problem('LINK_NOT_ACTIVE', { linkId: link.id });
  if (link.consentScopes !== null && !link.consentScopes.includes(scope))
    throw new Problem('CONSENT_MISSING', { linkId: link.id });
  return link;
}

/** What a new operation has of its request, its link and its moment. */
export function common(
  input: Pick<AcceptAccrual, 'clientReference' | 'metadata'>,
  given: Pick<Preparing, 'caller' | 'id' | 'now'>,
  link: LinkFacts,
) {
  return {
    tenantId: given.caller.tenantId,
    id: given.id,
    scheme: link.scheme,
    connectionId: link.connectionId,
    linkId: link.id,
    organisation: link.organisation,
    reference: mintReference(given.now.getTime()),
    clientReference: input.clientReference ?? null,
    metadata: input.metadata,
    reviewReason: null,
    createdAt: given.now,
  };
}
