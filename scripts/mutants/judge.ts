import { spawn } from 'node:child_process';
import type { ProjectCopy } from './copy.js';
import type { Mutant } from './read.js';

/**
 * `caught`: its tests fail with it and pass without it. `lives`: they pass with it. `late`: a minute was not enough. `no mutant`: they
 * fail without it too. `does not fit`: the code has changed under the patch.
 */
export interface Verdict {
  readonly name: string;
  readonly bug: string;
  readonly result: 'caught' | 'lives' | 'late' | 'no mutant' | 'does not fit';
  readonly seconds: number;
  /** The first test that caught it. */
  readonly by: string;
  /** The end of what the tests said. */
  readonly said: string;
}

const WITHIN_MS = 60_000;

export async function judge(copy: ProjectCopy, mutant: Mutant): Promise<Verdict> {
  const verdict = (result: Verdict['result'], run?: Run): Verdict => ({
    name: mutant.name,
    bug: mutant.bug,
    result,
    seconds: (run?.ms ?? 0) / 1_000,
    by: run?.failed ?? '',
    said: run?.said.slice(-2_000) ?? '',
  });
  const sound = await runTests(copy.root, mutant);
  if (sound.ended !== 'passed') return verdict('no mutant', sound);
  try {
    copy.apply(mutant.patch, 'in');
  } catch (error) {
    return { ...verdict('does not fit'), said: error instanceof Error ? error.message : String(error) };
  }
  try {
    const planted = await runTests(copy.root, mutant);
    return verdict(planted.ended === 'failed' ? 'caught' : planted.ended === 'passed' ? 'lives' : 'late', planted);
  } finally {
    copy.apply(mutant.patch, 'out');
  }
}

interface Run {
  readonly ended: 'passed' | 'failed' | 'late';
  readonly ms: number;
  readonly failed: string;
  readonly said: string;
}

/** A test that fails, not a suite that cannot be read: a patch that breaks the syntax would be caught by anything. */
function runTests(root: string, { tests, only }: Mutant): Promise<Run> {
  const from = performance.now();
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--bail',
    ...(only === null ? [] : ['--testNamePattern', only]),
    ...tests,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, jest, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CI: '1' },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    let late = false;
    const patience = setTimeout(() => {
      late = true;
      child.kill('SIGINT');
    }, WITHIN_MS);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(patience);
      const failed = /● (.+)/.exec(said)?.[1] ?? '';
      const ended = late ? 'late' : code === 0 ? 'passed' : 'failed';
      if (ended === 'failed' && !/Tests:.*\d+ failed/.test(said))
        reject(new Error(`the tests could not run:\n${said.slice(-2_000)}`));
      else resolve({ ended, ms: performance.now() - from, failed, said });
    });
  });
}
