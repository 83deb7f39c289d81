import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromRoot } from '../../src/config/paths.js';

/** The project as it stands, in a folder of its own; packages are shared. */
export interface ProjectCopy {
  readonly root: string;
  /** Puts a patch in or takes it out again. Throws when it does not fit. */
  apply(patch: string, direction: 'in' | 'out'): void;
  remove(): void;
}

export function copyProject(): ProjectCopy {
  const root = mkdtempSync(path.join(tmpdir(), 'interline-mutant-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: fromRoot(),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(fromRoot(name)))) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    cpSync(fromRoot(file), path.join(root, file));
  }
  symlinkSync(fromRoot('node_modules'), path.join(root, 'node_modules'));
  return {
    root,
    apply: (patch, direction) => {
      const way = direction === 'in' ? [] : ['--reverse'];
      execFileSync('git', ['apply', '--recount', ...way, '-'], {
        cwd: root,
        input: patch,
        stdio: ['pipe', 'ignore', 'pipe'],
      });
    },
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
