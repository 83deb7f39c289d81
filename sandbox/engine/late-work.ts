/** Commits that come after their answer was lost. */
export interface LateWork {
  after(ms: number, work: () => void): void;
  /** Does at once what is still waiting: a supplier that took a request performs it, also when it is shut down. */
  finish(): void;
}

export function openLateWork(): LateWork {
  const waiting = new Map<() => void, NodeJS.Timeout>();
  return {
    after: (ms, work) => {
      const run = (): void => {
        clearTimeout(waiting.get(run));
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
      for (const run of Array.from(waiting.keys())) run();
    },
  };
}
