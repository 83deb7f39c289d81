import type { Gate } from '../../src/core/supplier/ports.js';

/** Lets everything through at once. */
export const OPEN_GATE: Pick<Gate, 'admit' | 'throttled'> = {
  admit: (_supplier, _priority, wanted) =>
    Promise.resolve({
      calls: wanted,
      writes: wanted,
      lookUps: wanted,
      repeats: wanted,
      waitMs: 0,
      settle: () => undefined,
    }),
  throttled: () => undefined,
};
