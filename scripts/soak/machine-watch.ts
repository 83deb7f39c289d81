/** What the machine itself did during a soak, in milliseconds: it bounds what the design may be held to (`maxPauseMs`). */
export interface MachineStands {
  /** The longest time in which this process did not run though it wanted to. */
  readonly longestStallMs: number;
  /** The largest distance by which the wall clock went another way than the monotonic one between two looks. */
  readonly largestStepMs: number;
}

export interface MachineWatch {
  readonly stands: () => MachineStands;
  stop(): void;
}

const EVERY_MS = 100;

export function watchMachine(): MachineWatch {
  let longestStallMs = 0;
  let largestStepMs = 0;
  let [monotonic, wall] = [performance.now(), Date.now()];
  const look = (): void => {
    const [before, wallBefore] = [monotonic, wall];
    [monotonic, wall] = [performance.now(), Date.now()];
    const passed = monotonic - before;
    longestStallMs = Math.max(longestStallMs, passed - EVERY_MS);
    largestStepMs = Math.max(largestStepMs, Math.abs(wall - wallBefore - passed));
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stands: () => ({ longestStallMs: Math.round(longestStallMs), largestStepMs: Math.round(largestStepMs) }),
    stop: () => {
      clearInterval(timer);
    },
  };
}
