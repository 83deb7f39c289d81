import type { WakeUp } from '../operation/ports.js';
import type { ResyncStore } from './ports.js';
import { createTurns, type TurnDeps } from './turn.js';

export interface ResyncRunnerDeps extends Omit<TurnDeps, 'isStopping'> {
  readonly store: ResyncStore;
}

/** Carries resyncs on in this process. */
export interface ResyncRunner {
  /**
   * Work may be due: for the tenants named, or without a name for whoever has some. Returns when it is begun, not
   * when it is done.
   */
  wake(hints: WakeUp['hints']): Promise<void>;
  /** Begins nothing more and waits for what is under way; the rest is handed on. */
  stop(): Promise<void>;
}

/** So many tenants are served at once; each has at most one resync at work anywhere. */
const TENANTS_AT_ONCE = 4;

/**
 * Serves tenants turn by turn, the one that has waited longest first, so that a resync of ten thousand keeps nobody's
 * resync of one waiting for long. The rows are the truth; all that is kept here is whom to ask the store about.
 */
export function createResyncRunner(deps: ResyncRunnerDeps): ResyncRunner {
  const { store, onError } = deps;
  let stopping = false;
  const takeTurn = createTurns({ ...deps, isStopping: () => stopping });
  /** In the order of their waiting; one that is served again goes to the end. */
  const waiting = new Set<string>();
  const served = new Map<string, Promise<void>>();

  const serve = async (tenantId: string): Promise<void> => {
    try {
      // After a turn there may be another; without one, nothing is due or another process is at it.
      if (await takeTurn(tenantId)) waiting.add(tenantId);
    } catch (error) {
      // The rows stay due; the sweeper brings them again.
      onError(error, 'resync');
    }
    served.delete(tenantId);
    serveNext();
  };

  const serveNext = (): void => {
    for (const tenantId of waiting) {
      if (stopping || served.size >= TENANTS_AT_ONCE) return;
      if (served.has(tenantId)) continue;
      waiting.delete(tenantId);
      served.set(tenantId, serve(tenantId));
    }
  };

  return {
    wake: async (hints) => {
      try {
        const due = hints.length > 0 ? hints.map(({ tenantId }) => tenantId) : await store.tenantsDue();
        for (const tenantId of due) waiting.add(tenantId);
        serveNext();
      } catch (error) {
        onError(error, 'wake support');
      }
    },
    stop: async () => {
      stopping = true;
      await Promise.all(served.values());
    },
  };
}
