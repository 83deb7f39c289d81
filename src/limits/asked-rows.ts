import type { BreakerRows, QuotaRows } from '../core/supplier/ports.js';

/** The rows as a gate asks them; `idle` resolves when no question is under way. */
export interface AskedRows {
  readonly quotas: QuotaRows;
  readonly breakers: BreakerRows;
  readonly idle: () => Promise<void>;
}

/** Keeps count of what is asked, so that nobody closes the database under a question. */
export function askedRows(quotas: QuotaRows, breakers: BreakerRows): AskedRows {
  const underWay = new Set<Promise<unknown>>();
  const asked = <A extends readonly unknown[], T>(ask: (...args: A) => Promise<T>) => {
    return (...args: A): Promise<T> => {
      const answer = ask(...args);
      const done = (): void => void underWay.delete(answer);
      underWay.add(answer);
      answer.then(done, done);
      return answer;
    };
  };
  return {
    quotas: { lease: asked(quotas.lease), throttle: asked(quotas.throttle), repeats: asked(quotas.repeats) },
    breakers: { tell: asked(breakers.tell), probe: asked(breakers.probe), settle: asked(breakers.settle) },
    idle: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
