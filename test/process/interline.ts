import { spawn } from 'node:child_process';
import { fromRoot } from '../../src/config/paths.js';

export interface Outcome {
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly outcome: Promise<Outcome>;
  /** What standard error holds so far. */
  readonly stderr: () => string;
  readonly interrupt: () => void;
}

/**
 * Runs the command that npm links as `interline`, from a directory that is not the package's and without our own
 * environment.
 */
export function startInterline(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [fromRoot('bin', 'interline.mjs'), ...args], {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? signal, stdout, stderr }));
  });
  return { outcome, stderr: () => stderr, interrupt: () => void child.kill('SIGINT') };
}

export function interline(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return startInterline(args, environment).outcome;
}
