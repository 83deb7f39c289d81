import type { InboundPort, RawPush } from '../../spec/adapter.js';
import { AdapterFault } from '../../spec/errors.js';
import type { Notification } from '../../spec/notification.js';
import type { MemberVault } from '../link/vault.js';
import { normaliseMemberNumber } from '../link/member-number.js';
import { decide } from '../operation/decide.js';
import type { OperationStore } from '../operation/ports.js';
import { rulesFor } from '../operation/recovery.js';
import type { Learnt } from '../operation/snapshot.js';
import type { BreakBook } from '../reconcile/break-book.js';
import { type Supplier, type Suppliers, UnknownConnection } from '../supplier/ports.js';
import type { Inbound } from './inbound.js';
import { contradiction } from './late-evidence.js';
import type { InboundStore, KeptNotification, PushState } from './ports.js';

const TRY_AGAIN_MS = 60_000;
const FORGET_MS = 72 * 3_600_000;

export interface InboundDeps {
  readonly store: InboundStore;
  readonly operations: Pick<OperationStore, 'evidence'>;
  readonly breaks: Pick<BreakBook, 'differs'>;
  readonly suppliers: Suppliers;
  readonly vault: MemberVault;
  readonly random: () => number;
  readonly nowMs: () => number;
  /** Told of pushes that are not what they say they are. */
  readonly onSecurityEvent: (what: string, connectionId: string) => void;
}

/** Takes pushes and applies what they prove; `retryParked` is called by the worker. */
export interface InboundUseCases extends Inbound {
  retryParked(limit: number): Promise<number>;
}

/**
 * A push is believed only after its signature, and even then it is evidence like any other: applied under the operation's lock,
 * in any order and any number of times with the same result. Dying between record and effect is harmless: the supplier sends
 * it again, and what was recorded but not applied is applied then.
 */
export function createInbound(deps: InboundDeps): InboundUseCases {
  return {
    receive: async (connectionId, push) => {
      const supplier = await deps.suppliers.of(connectionId).catch(nullIfUnknown);
      const inbound = supplier?.adapter.inbound;
      if (supplier === null || inbound === undefined) return 'refused';
      const verified = inbound.verify(push, supplier.config, deps.nowMs());
      if (!verified.ok || /\p{Cc}/u.test(verified.eventId)) {
        deps.onSecurityEvent('inbound signature refused', connectionId);
        return 'refused';
      }
      const kept = read(deps, supplier, inbound, push);
      if (kept === null) {
        // Told again it would be no clearer: it is on record, and nothing of it is believed.
        await deps.store.receive(connectionId, verified.eventId, []);
        await deps.store.settle(connectionId, verified.eventId, 'mismatch', null);
        return 'accepted';
      }
      const state = await deps.store.receive(connectionId, verified.eventId, kept);
      if (state !== 'received' && state !== 'parked') return 'accepted';
      return (await applyAll(deps, supplier, verified.eventId, kept)) === 'parked' ? 'parked' : 'accepted';
    },
    retryParked: async (limit) => {
      const parked = await deps.store.claimParked(limit, TRY_AGAIN_MS, FORGET_MS);
      const failures: unknown[] = [];
      for (const push of parked) {
        // One that cannot be applied, say because its scheme is gone, must not keep the others waiting for ever.
        try {
          await applyAll(deps, await deps.suppliers.of(push.connectionId), push.eventId, push.notifications);
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'parked pushes could not be applied');
      return parked.length;
    },
  };
}

/** Only a connection that does not exist is refused; a database that does not answer is an error that passes. */
function nullIfUnknown(error: unknown): null {
  if (error instanceof UnknownConnection) return null;
  throw error;
}

/** What a signed push says; `null` when that cannot be read, or holds what no text may. */
function read(
  deps: InboundDeps,
  supplier: Supplier,
  inbound: InboundPort<never>,
  push: RawPush,
): KeptNotification[] | null {
  try {
    const kept = inbound.parse(push).flatMap((notification) => keep(deps.vault, supplier, notification));
    // PostgreSQL stores no NUL; a reference that holds one is none of ours.
    if (!JSON.stringify(kept).includes('\\u0000')) return kept;
  } catch (error) {
    if (!(error instanceof AdapterFault)) throw error;
  }
  deps.onSecurityEvent('inbound push cannot be read', supplier.connectionId);
  return null;
}

/** A member that changed is read again when somebody asks; nothing of it needs keeping. */
function keep(vault: MemberVault, supplier: Supplier, notification: Notification): KeptNotification[] {
  if (notification.type === 'member.changed') return [];
  const { memberNumber, ...rest } = notification;
  if (memberNumber === undefined) return [rest];
  const index = vault.index(supplier.scheme.id, normaliseMemberNumber(memberNumber));
  return [{ ...rest, memberIndex: index.toString('hex') }];
}

async function applyAll(
  deps: InboundDeps,
  supplier: Supplier,
  eventId: string,
  notifications: readonly KeptNotification[],
): Promise<PushState> {
  let state: PushState = notifications.length === 0 ? 'ignored' : 'applied';
  for (const notification of notifications) {
    const result = await applyOne(deps, supplier, notification);
    // What waits for its operation comes again, whatever became of the others.
    if (result !== 'applied' && state !== 'parked') state = result;
  }
  await deps.store.settle(supplier.connectionId, eventId, state, state === 'parked' ? TRY_AGAIN_MS : null);
  return state;
}

async function applyOne(deps: InboundDeps, supplier: Supplier, notification: KeptNotification): Promise<PushState> {
  const place = await deps.store.locate(supplier.connectionId, notification.reference);
  if (place === null) return 'parked';
  let mismatch = false;
  let against: ReturnType<typeof contradiction> = null;
  const judge =
    (learnt?: Learnt): Parameters<OperationStore['evidence']>[2] =>
    (operation, snapshot, member) => {
      const open = deps.vault.open(member);
      const index = deps.vault.index(supplier.scheme.id, normaliseMemberNumber(open.memberNumber)).toString('hex');
      const matches =
        (notification.memberIndex === undefined || notification.memberIndex === index) &&
        (notification.type !== 'operation.posted' ||
          notification.points === undefined ||
          Math.abs(notification.points) === operation.points + operation.bonusPoints);
      mismatch = !matches;
      against = contradiction(operation, notification, matches);
      return decide(snapshot, learnt ?? toldBy(notification, matches), rulesFor(supplier, operation), deps.random);
    };
  const decided = await deps.operations.evidence(place.tenantId, place.operationId, judge());
  if (decided === 'reference-taken') {
    await deps.operations.evidence(place.tenantId, place.operationId, judge({ type: 'reference-taken' }));
    mismatch = true;
  }
  const late = against as ReturnType<typeof contradiction>;
  if (late !== null) {
    const evidence = { by: 'notification', type: notification.type };
    await deps.breaks.differs(place.tenantId, place.operationId, late.theirPoints, evidence);
  }
  if (mismatch) deps.onSecurityEvent('inbound push contradicts its operation', supplier.connectionId);
  return mismatch ? 'mismatch' : 'applied';
}

function toldBy(notification: KeptNotification, matches: boolean): Learnt {
  switch (notification.type) {
    case 'operation.posted':
      return {
        type: 'told-posted',
        supplierReference: notification.supplierReference ?? null,
        matches,
        by: 'notification',
      };
    case 'operation.refused':
      return matches
        ? {
            type: 'told-refused',
            reason: notification.reason,
            supplierCode: notification.supplierCode,
            by: 'notification',
          }
        : { type: 'told-posted', supplierReference: null, matches: false, by: 'notification' };
    default:
      return notification satisfies never;
  }
}
