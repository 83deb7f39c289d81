/** Commits that come after their answer was lost. */
export interface LateWork {
  after(ms: number, work: () => void): void;
  /** Does at once what is still waiting: a supplier that took a request performs it, also when it is shut down. */
  finish(): void;
  /** Forgets what is still waiting. */
  drop(): void;
}

export function openLateWork(): LateWork {
  const waiting = new Map<() => void, NodeJS.Timeout>();
  const drop = (): void => {
    for (const timer of waiting.values()) clearTimeout(timer);
    waiting.clear();
  };
  return {
    after: (ms, work) => {
      const run = (): void => {
        waiting.delete(run);
        try {
          work();
        } catch (error) {
          console.error('sandbox:', error);
        }
      };
      waiting.set(run, setTimeout(run, ms));
    },
    finish: () => {
      const left = Array.from(waiting.keys());
      drop();
      for (const run of left) run();
    },
    drop,
  };
}
