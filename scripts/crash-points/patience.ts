const WITHIN_MS = 120_000;

/** Tells when something has taken too long: counted from now, and anew whenever a process has died meanwhile. */
export function patience(deaths: () => number): { isOver(): boolean } {
  let seen = deaths();
  let until = performance.now() + WITHIN_MS;
  return {
    isOver: () => {
      if (deaths() !== seen) {
        seen = deaths();
        until = performance.now() + WITHIN_MS;
      }
      return performance.now() > until;
    },
  };
}
