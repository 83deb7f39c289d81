#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/src/cli/index.js', import.meta.url);
const inImage = new URL('../src/cli/index.js', import.meta.url);
const source = new URL('../src/cli/index.ts', import.meta.url);

const compiled = [built, inImage].find((file) => existsSync(fileURLToPath(file)));
if (compiled === undefined) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import((compiled ?? source).href);
