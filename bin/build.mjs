#!/usr/bin/env node
// Compiles the sources to dist/, so that a start does not have to: `npm ci` runs this. Types are checked by `npm test`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What compiled modules look for at the same place relative to themselves as the sources do; links, so that an edit counts at once. */
const READ_BESIDE_CODE = ['schemes', 'contracts/generated/gateway.json'];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

let compiler;
try {
  compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
} catch {
  console.log('interline: no compiler among the installed packages; the sources will run through tsx');
  process.exit(0);
}
rmSync(dist, { recursive: true, force: true });
const built = spawnSync(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json'), '--noCheck'], {
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);
for (const file of READ_BESIDE_CODE) {
  const link = path.join(dist, file);
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync(path.relative(path.dirname(link), path.join(root, file)), link);
}
// Written last: bin/interline.mjs takes a build without this for none.
writeFileSync(path.join(dist, '.built'), `${new Date().toISOString()}\n`);
