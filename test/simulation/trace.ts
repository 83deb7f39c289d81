import { createHash } from 'node:crypto';
import type { StoredOperation, Tables } from './memory-store/tables.js';

/** What happened, step by step, in words that are the same whenever the same seed runs. */
export interface Trace {
  /** Notes an event and what it changed. */
  note(step: number, now: number, what: string, changed: readonly StoredOperation[]): void;
  readonly last: () => readonly string[];
  readonly hash: () => string;
}

const KEPT = 40;

/** Operations are called by the order in which they were accepted: their ids are chance. */
export function createTrace({ operations }: Tables, onLine?: (line: string) => void): Trace {
  const hash = createHash('sha256');
  const names = new Map<string, string>();
  const kept: string[] = [];
  const nameOf = (id: string): string => {
    if (!names.has(id)) for (const one of operations.keys()) names.set(one, names.get(one) ?? `op${names.size + 1}`);
    return names.get(id) ?? '?';
  };
  return {
    note: (step, now, what, changed) => {
      const rows = changed.map((row) => {
        const { id, kind, scheme, state, step: at, version, attempts, reviewReason, nextActionAt } = row;
        const about = [kind, scheme, state, at, reviewReason].filter((part) => part !== null).join(' ');
        return `${nameOf(id)} ${about} v${version} a${attempts} next ${nextActionAt?.getTime() ?? 'none'}`;
      });
      const line = `${step} ${new Date(now).toISOString()} ${what}${rows.map((row) => ` | ${row}`).join('')}`;
      hash.update(`${line}\n`);
      kept.push(line);
      onLine?.(line);
      if (kept.length > KEPT) kept.shift();
    },
    last: () => kept,
    hash: () => hash.digest('hex'),
  };
}
