import type { BreakerRows, Work } from '../core/supplier/ports.js';
import { type Clock, pause } from './clock.js';
import type { Watch } from './watch.js';

/** A request that finds out whether a supplier has recovered; the fleet has one at a time. */
export interface Probe {
  readonly work: Work;
  /** Told once; until then its lease is kept. */
  readonly settle: (end: 'passed' | 'failed' | 'released') => void;
}

/** Whether requests may go out: all, one as a probe, or none before some milliseconds. */
export type Pass = 'all' | Probe | { readonly waitMs: number };

export interface Probes {
  readonly pass: (connectionId: string, work: Work) => Promise<Pass>;
  /** The probe that was kept for a request of this process. */
  readonly reserved: (connectionId: string, work: Work) => Probe | undefined;
  /** Keeps a probe for a request of this process that is about to begin; it lapses when none comes. */
  readonly reserve: (connectionId: string, probe: Probe) => void;
  /** Lets somebody else have a probe that was reserved and has not begun. */
  readonly release: (connectionId: string, probe: Probe) => void;
  readonly close: () => void;
}

/** What is reserved and not begun is given back after this. */
const LAPSE_MS = 2_000;
/** A verdict that could not be told is told again: lost, it would cost the fleet the probe's whole lease and another probe. */
const TELLS_AT_MOST = 3;
const TELL_AGAIN_MS = 500;

export function createProbes(options: {
  readonly rows: Pick<BreakerRows, 'probe' | 'settle'>;
  readonly watch: Watch;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}): Probes {
  const { rows, watch, clock } = options;
  const reserved = new Map<string, { readonly probe: Probe; readonly stop: () => void }>();
  const asking = new Set<string>();
  const closing = new AbortController();

  /** Its token makes it safe to tell twice: what was settled is no longer there. */
  const tell = async (token: string, end: 'passed' | 'failed' | 'released'): Promise<void> => {
    for (let tells = 1; ; tells += 1) {
      try {
        await rows.settle(token, end);
        return;
      } catch (error) {
        options.onError(error);
        if (tells >= TELLS_AT_MOST) return;
        await pause(clock, TELL_AGAIN_MS, closing.signal);
      }
    }
  };

  const taken = (connectionId: string, work: Work, token: string): Probe => {
    const letGo = watch.hold(token);
    let open = true;
    return {
      work,
      settle: (end) => {
        if (!open) return;
        open = false;
        letGo();
        // Until the fleet says more: one that failed keeps the breaker open for longer than what is known lasts.
        if (end === 'passed') watch.learn(connectionId, { work, probeAt: undefined });
        void tell(token, end);
      },
    };
  };

  const ask = async (connectionId: string, work: Work): Promise<Pass> => {
    try {
      const turn = await rows.probe(connectionId, work);
      if (turn === 'closed') {
        watch.learn(connectionId, { work, probeAt: undefined });
        return 'all';
      }
      // Only one at a time is the probe, in this process too.
      if ('token' in turn) {
        watch.learn(connectionId, { work, probeAt: clock.now() + LAPSE_MS });
        return taken(connectionId, work, turn.token);
      }
      watch.learn(connectionId, { work, probeAt: clock.now() + turn.waitMs });
      return turn;
    } catch (error) {
      options.onError(error);
      return { waitMs: LAPSE_MS };
    }
  };

  const unreserve = (name: string): Probe | undefined => {
    const found = reserved.get(name);
    found?.stop();
    reserved.delete(name);
    return found?.probe;
  };

  return {
    pass: async (connectionId, work) => {
      const probeAt = watch.probeAt(connectionId, work);
      if (probeAt === undefined) return 'all';
      const name = `${connectionId}|${work}`;
      if (probeAt > clock.now()) return { waitMs: probeAt - clock.now() };
      if (asking.has(name)) return { waitMs: LAPSE_MS };
      asking.add(name);
      try {
        return await ask(connectionId, work);
      } finally {
        asking.delete(name);
      }
    },
    reserved: (connectionId, work) => unreserve(`${connectionId}|${work}`),
    reserve: (connectionId, probe) => {
      const name = `${connectionId}|${probe.work}`;
      const release = (): void => unreserve(name)?.settle('released');
      release();
      reserved.set(name, { probe, stop: clock.after(LAPSE_MS, release) });
    },
    release: (connectionId, probe) => {
      const name = `${connectionId}|${probe.work}`;
      if (reserved.get(name)?.probe === probe) unreserve(name)?.settle('released');
    },
    close: () => {
      closing.abort();
      for (const name of [...reserved.keys()]) unreserve(name)?.settle('released');
    },
  };
}
