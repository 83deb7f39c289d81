import { readFileSync } from 'node:fs';

/** The largest resident memory of each process so far, in MB; a process that was started again counts under the same name. */
export interface MemoryWatch {
  readonly peaks: ReadonlyMap<string, number>;
  stop(): void;
}

const EVERY_MS = 1_000;

export function watchMemory(names: readonly string[], pidOf: (name: string) => number | null): MemoryWatch {
  const peaks = new Map<string, number>();
  const look = (): void => {
    for (const name of names) {
      const pid = pidOf(name);
      const now = pid === null ? null : residentMb(pid);
      if (now !== null) peaks.set(name, Math.max(now, peaks.get(name) ?? 0));
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return { peaks, stop: () => clearInterval(timer) };
}

/** `null` when the process has gone meanwhile, or where there is no /proc. */
export function residentMb(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}
