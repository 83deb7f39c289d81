import type { ResyncItem, ResyncStore, Turn, TurnEnd } from '../../../src/core/resync/ports.js';
import { createResyncRunner, type ResyncRunner } from '../../../src/core/resync/runner.js';
import type { AccrualInput, Find } from '../../../src/spec/adapter.js';
import { claimed, SENDING, supplierOf, vaultOf } from '../operation/fake-claim.js';
import { CONNECTION, LINK, lookupWrite } from '../operation/fake-scheme.js';
import { middle, unknownFor } from '../operation/situations.js';

/** What a runner did, in order. */
export interface Log {
  readonly taken: { readonly tenantId: string; readonly except: readonly string[] }[];
  readonly looked: string[];
  readonly recorded: { readonly operationId: string | null; readonly result: string | null; readonly calls: number }[];
  readonly ended: TurnEnd[];
  readonly errors: unknown[];
}

export interface Scene {
  /** Operations to look at, by tenant; each tenant has one resync. */
  readonly work: Readonly<Record<string, readonly string[]>>;
  readonly find?: Find<never, never>;
  /** Called before an operation is looked at; what it throws is an error of ours. */
  readonly subject?: (operationId: string) => Promise<void>;
  readonly stalls?: number;
  /** How often each was asked about before. */
  readonly tries?: number;
  readonly itemsATurn?: number;
  /** Somebody else has the lease from the first record on, and there is no second turn. */
  readonly leaseLost?: boolean;
}

/** A runner over a store in memory that gives out each tenant's items two a turn, in order. */
export function openRunner(scene: Scene): { readonly runner: ResyncRunner; readonly log: Log } {
  const log: Log = { taken: [], looked: [], recorded: [], ended: [], errors: [] };
  const left = new Map(
    Object.entries(scene.work).map(([tenantId, ids]) => [
      tenantId,
      ids.map((id, n) => toItem(id, n, scene.tries ?? 0)),
    ]),
  );
  const supplier = supplierOf({ accrue: lookupWrite(undefined, scene.find as Find<AccrualInput, never>) });
  const store: Pick<ResyncStore, 'tenantsDue' | 'take' | 'record' | 'end' | 'isAnswerable' | 'referenceIsFree'> = {
    tenantsDue: async () => [...left.keys()],
    take: async (tenantId, { except }) => {
      log.taken.push({ tenantId, except });
      const items = left.get(tenantId) ?? [];
      if (items.length === 0 || (scene.leaseLost === true && log.taken.length > 1)) return null;
      return {
        ...TURN,
        tenantId,
        stalls: scene.stalls ?? 0,
        items: except.length > 0 ? [] : items.slice(0, scene.itemsATurn ?? 2),
      };
    },
    record: async ({ tenantId }, item, { result, calls }) => {
      log.recorded.push({ operationId: item.operationId, result, calls });
      const items = (left.get(tenantId) ?? []).filter(({ seq }) => seq !== item.seq);
      left.set(tenantId, result === null ? [...items, { ...item, tries: item.tries + 1 }] : items);
      return scene.leaseLost !== true;
    },
    end: async ({ tenantId }, except, judge) => {
      const items = left.get(tenantId) ?? [];
      const again = items.filter(({ tries }) => tries > 0).length;
      const end = judge(
        except.length > 0
          ? { fresh: 0, again: 0, heldBack: items.length }
          : { fresh: items.length - again, again, heldBack: 0 },
      );
      log.ended.push(end);
      // In memory nothing comes due by itself: a pause is the end of it, unless the test goes on.
      if (end.to !== 'running' || end.wake === 'hand-on') left.delete(tenantId);
    },
    isAnswerable: async () => false,
    referenceIsFree: async () => true,
  };
  const runner = createResyncRunner({
    store: store as ResyncStore,
    operations: {
      subject: async (_tenantId, id) => {
        await scene.subject?.(id);
        log.looked.push(id);
        return claimed({ operation: { ...SENDING, id, state: 'unknown' }, snapshot: unknownFor(0) });
      },
      evidence: async (_tenantId, id, judge) =>
        judge({ ...SENDING, id, state: 'unknown' }, unknownFor(0), claimed().member),
    },
    breaks: { disputed: async () => new Set(), confirmed: async () => 0, differs: async () => undefined },
    links: { get: NEVER, sealed: NEVER, knownAccount: NEVER, saveAccount: NEVER },
    suppliers: { of: async () => supplier, connectionFor: async () => null },
    vault: vaultOf(),
    random: middle,
    onError: (error) => void log.errors.push(error),
  });
  return { runner, log };
}

const TURN: Omit<Turn, 'tenantId' | 'stalls' | 'items'> = { resyncId: 'r', dryRun: false, token: 't' };
const NEVER = (): Promise<never> => Promise.reject(new Error('no account is looked at here'));

function toItem(operationId: string, n: number, tries: number): ResyncItem {
  return { seq: n + 1, linkId: LINK, operationId, connectionId: CONNECTION, tries };
}
