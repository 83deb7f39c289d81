import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory that holds Interline's package.json, whether the code runs from its TypeScript sources or from `dist`. */
export const packageRoot = findPackageRoot(path.dirname(fileURLToPath(import.meta.url)));

/** A file of the package that is not code (schemes, contracts, migrations), by its path from the package's root. */
export function fromRoot(...segments: readonly string[]): string {
  return path.join(packageRoot, ...segments);
}

/** A module of ours for a child process to run, named as it is called among the sources: `src/main.ts`, or `dist/src/main.js` once built. */
export function moduleFile(source: string): string {
  const here = fileURLToPath(import.meta.url);
  const codeRoot = path.resolve(path.dirname(here), '..', '..');
  return path.join(codeRoot, here.endsWith('.ts') ? source : source.replace(/\.ts$/, '.js'));
}

function findPackageRoot(directory: string): string {
  if (isPackage(path.join(directory, 'package.json'))) return directory;
  const parent = path.dirname(directory);
  if (parent === directory) throw new Error('the package.json of Interline is missing above its code');
  return findPackageRoot(parent);
}

function isPackage(manifest: string): boolean {
  if (!existsSync(manifest)) return false;
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'name' in parsed && parsed.name === 'interline';
}
