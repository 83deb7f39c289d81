import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeArguments } from '../../src/process/node-arguments.js';
import { until } from './until.js';

/** A program of `test/process/programs`, run as a process of its own; it prints one JSON object a line. */
export interface Program {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Everything printed so far. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** Waits for a line with these fields. */
  line(fields: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Its exit code, or the signal that ended it. */
  exited(): Promise<number | NodeJS.Signals>;
}

export function runProgram(name: string, ...args: readonly string[]): Program {
  const file = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [...nodeArguments(file, []), file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines: Record<string, unknown>[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((part) => JSON.parse(part) as Record<string, unknown>));
  });
  return {
    process: child,
    pid: child.pid ?? -1,
    lines,
    line: (fields) =>
      until(() => lines.find((line) => Object.entries(fields).every(([key, value]) => line[key] === value))),
    exited: async () => {
      const [code, signal] = await exit;
      return signal ?? code ?? -1;
    },
  };
}
