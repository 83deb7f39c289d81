import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fromRoot } from '../src/config/paths.js';

/** Our code as JavaScript, laid out as the sources are: processes that run from it start again quickly. */
export interface Compiled {
  readonly folder: string;
  readonly remove: () => void;
}

/** Compiles into a folder of its own below the package, so that nothing else that is built or started meanwhile gets in its way. */
export function compileApart(name: string): Compiled {
  mkdirSync(fromRoot('.build'), { recursive: true });
  const folder = mkdtempSync(fromRoot('.build', `${name}-`));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const args = [compiler, '-p', fromRoot('tsconfig.build.json'), '--noCheck', '--outDir', folder];
  const built = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (built.status !== 0) {
    remove();
    throw new Error('the code does not compile');
  }
  for (const file of ['schemes', 'contracts/generated/gateway.json'])
    symlinkSync(fromRoot(file), path.join(folder, file));
  return { folder, remove };
}
