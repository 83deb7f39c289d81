import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CrashPoint } from '../../src/spec/crash-point.js';

/** Orders to die, each a file that the process which passes the point takes away with it; `die-there.mjs` is the other side. */
export interface Orders {
  /** Whoever passes the point for the nth time from now on dies there; only once. */
  give(point: CrashPoint, nth: number): void;
  /** Whether somebody has died of it. */
  isDone(point: CrashPoint): boolean;
  /** Takes back what nobody has come to. */
  withdraw(point: CrashPoint): void;
}

export function openOrders(directory: string): Orders {
  const order = (point: CrashPoint): string => path.join(directory, point);
  const done = (point: CrashPoint): string => `${order(point)}.done`;
  return {
    give: (point, nth) => {
      rmSync(done(point), { force: true });
      writeFileSync(order(point), String(nth));
    },
    isDone: (point) => existsSync(done(point)),
    withdraw: (point) => {
      rmSync(order(point), { force: true });
    },
  };
}
