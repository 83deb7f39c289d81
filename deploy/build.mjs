#!/usr/bin/env node
// Builds `dist`: the compiled code and beside it, at the same relative places as among the sources, every file that it reads. `dist`
// is then a package of its own; with `npm ci --omit=dev` in it, it is all that a production machine needs.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const ASSETS = [
  'package.json',
  'package-lock.json',
  'LICENSE',
  'bin',
  'schemes',
  'calendars',
  'contracts/gateway.yaml',
  'contracts/suppliers',
  'src/store/migrations',
];

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
for (const asset of ASSETS.filter((file) => existsSync(path.join(root, file)))) {
  cpSync(path.join(root, asset), path.join(dist, asset), { recursive: true });
}
chmodSync(path.join(dist, 'bin', 'interline.mjs'), 0o755);
