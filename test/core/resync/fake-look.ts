import type { Looking } from '../../../src/core/resync/look-at-operation.js';
import { lookAtOperation } from '../../../src/core/resync/look-at-operation.js';
import type { Decision, OperationRow } from '../../../src/core/operation/ports.js';
import type { Snapshot } from '../../../src/core/operation/snapshot.js';
import type { Find, HoldFound, HoldStep, RedemptionPort, Write } from '../../../src/spec/adapter.js';
import { claimed, SENDING, supplierOf, vaultOf } from '../operation/fake-claim.js';
import { lookupWrite, OPERATION, TENANT } from '../operation/fake-scheme.js';
import { CONCLUSIVE, middle, receipt, unknownFor } from '../operation/situations.js';

/** How things stand when a resync looks: the operation, what the supplier has, and who else is about. */
export interface Scene {
  readonly operation?: Partial<OperationRow>;
  readonly snapshot?: Partial<Snapshot>;
  readonly find?: Find<never, never>;
  /**
   * What every step of a redemption at a supplier with holds is found as; the operation is one of its redemptions
   * then.
   */
  readonly hold?: HoldFound;
  /** The accrual's write, where it is not one with `find`. */
  readonly accrue?: Write<never, never>;
  readonly disputed?: boolean;
  readonly referenceTaken?: boolean;
  /** What the operation has become by the time evidence is applied. */
  readonly meanwhile?: Partial<OperationRow>;
}

/** What a look did. */
export interface Seen {
  readonly outcome: Awaited<ReturnType<typeof lookAtOperation>>;
  readonly applied: readonly Decision[];
  readonly told: readonly (readonly [what: 'the same' | 'otherwise', theirPoints: number | null])[];
  readonly asked: number;
}

/** Looks at an accrual of 600 points whose outcome has been unknown for long; say what is different. */
export async function lookAt(scene: Scene, mode?: 'dry-run'): Promise<Seen> {
  const operation: OperationRow = { ...SENDING, ...kindOf(scene), state: 'unknown', ...scene.operation };
  const snapshot = unknownFor(CONCLUSIVE * 2, {
    ...{ kind: operation.kind, step: operation.step, intent: operation.intent, hold: operation.hold },
    state: operation.state as Snapshot['state'],
    ...scene.snapshot,
  });
  const accrue = scene.accrue ?? lookupWrite(undefined, scene.find);
  const supplier = supplierOf({ accrue: accrue as never });
  const adapter = { ...supplier.adapter, ...(scene.hold === undefined ? {} : { redemption: holding(scene.hold) }) };
  const applied: Decision[] = [];
  const told: Seen['told'][number][] = [];
  const looking: Looking = { tenantId: TENANT, resyncId: OPERATION, dryRun: mode === 'dry-run' };
  const outcome = await lookAtOperation(
    {
      operations: {
        subject: async () => ({ ...claimed({ operation, snapshot }) }),
        evidence: async (_tenantId, _id, judge) => {
          const now = { ...operation, ...scene.meanwhile };
          const decision = judge(now, { ...snapshot, state: now.state as Snapshot['state'] }, claimed().member);
          if (decision !== null) applied.push(decision);
          return decision;
        },
      },
      breaks: {
        disputed: async (_tenantId, ids) => new Set(scene.disputed === true ? ids : []),
        confirmed: async () => {
          told.push(['the same', null]);
          return scene.disputed === true ? 1 : 0;
        },
        differs: async (_tenantId, _id, theirPoints) => {
          told.push(['otherwise', theirPoints]);
        },
      },
      store: {
        isAnswerable: async () => scene.disputed === true,
        referenceIsFree: async () => scene.referenceTaken !== true,
      },
      suppliers: { of: async () => ({ ...supplier, adapter }), connectionFor: async () => null },
      vault: vaultOf(),
      random: middle,
    },
    looking,
    operation.id,
  );
  return { outcome, applied, told, asked: supplier.calls.length };
}

/** What a supplier says of points that it holds. */
export const HELD: HoldFound = { found: 'held', receipt: receipt({ holdExpiresAt: '2099-01-01T00:00:00Z' }) };

function kindOf(scene: Scene): Partial<OperationRow> {
  if (scene.hold === undefined) return {};
  const reward: OperationRow['reward'] = {
    type: 'rail',
    orderNumber: 'E1',
    trainNumber: 'G1',
    travelDate: '2026-03-01',
  };
  return { kind: 'redemption', activity: null, activityKey: null, reward, bonusPoints: 0, points: 100 };
}

function holding(found: HoldFound): RedemptionPort<never> {
  const step: HoldStep<never> = {
    idempotency: 'lookup',
    conclusiveAfterMs: () => CONCLUSIVE,
    eventual: false,
    perform: async () => receipt(),
    find: async () => found,
  };
  return { flow: 'hold-first', rewards: ['rail'], hold: step, confirm: step, release: step };
}
