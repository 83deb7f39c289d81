import type { RequestEnd, Work } from '../core/supplier/ports.js';
import type { Clock } from './clock.js';
import type { Probe } from './probes.js';
import type { Watch } from './watch.js';

/** What becomes of the ends of requests: tallies for the breakers, verdicts of probes, and a lower rate. */
export interface Ends {
  /** What a request that has begun is to tell, once. */
  readonly of: (connectionId: string, work: Work, probe: Probe | undefined) => (end: RequestEnd) => void;
  /** The supplier said "not processed": the oldest 503 in doubt was one of those. */
  readonly throttled: (connectionId: string) => void;
  readonly close: () => void;
}

/** An adapter judges an answer as soon as it has it; a 503 that nobody calls "not processed" by then is a failure. */
const DOUBT_MS = 100;

type Judge = (end: 'failed' | 'throttled') => void;

export function createEnds(options: {
  readonly watch: Pick<Watch, 'count'>;
  readonly clock: Clock;
  readonly slower: (connectionId: string) => void;
}): Ends {
  const { watch, clock, slower } = options;
  const doubts = new Map<string, Judge[]>();

  /** A supplier that throttles answers: its breaker is no concern of that, and a probe has found it alive. */
  const ended = (
    connectionId: string,
    work: Work,
    probe: Probe | undefined,
    end: Exclude<RequestEnd, 'busy'>,
  ): void => {
    switch (end) {
      case 'answered':
      case 'failed':
        if (probe === undefined) watch.count(connectionId, work, end);
        else probe.settle(end === 'answered' ? 'passed' : 'failed');
        return;
      case 'throttled':
        probe?.settle('passed');
        slower(connectionId);
        return;
      case 'nothing':
        probe?.settle('released');
        return;
      default:
        end satisfies never;
    }
  };

  const doubt = (connectionId: string, judged: Judge): void => {
    const all = doubts.get(connectionId) ?? [];
    doubts.set(connectionId, all);
    const judge: Judge = (end) => {
      stop();
      all.splice(all.indexOf(judge), 1);
      judged(end);
    };
    const stop = clock.after(DOUBT_MS, () => {
      judge('failed');
    });
    all.push(judge);
  };

  return {
    of: (connectionId, work, probe) => {
      let told = false;
      return (end) => {
        if (told) return;
        told = true;
        if (end !== 'busy') ended(connectionId, work, probe, end);
        else
          doubt(connectionId, (judged) => {
            ended(connectionId, work, probe, judged);
          });
      };
    },
    throttled: (connectionId) => {
      doubts.get(connectionId)?.[0]?.('throttled');
      slower(connectionId);
    },
    close: () => {
      for (const all of doubts.values()) for (const judge of [...all]) judge('failed');
    },
  };
}
