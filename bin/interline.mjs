#!/usr/bin/env node
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = ['src', 'adapters', 'jobs', 'sandbox', 'contracts/generated'];

/** The command line to run: the build if no source is newer, else the sources through tsx. */
const entry = path.join(root, fresh() ? 'dist/src/cli/index.js' : 'src/cli/index.ts');
if (entry.endsWith('.ts')) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import(pathToFileURL(entry).href);

/** A build older than what it was made of would run yesterday's code without a word. */
function fresh() {
  const mark = path.join(root, 'dist/.built');
  if (!existsSync(mark)) return false;
  const built = statSync(mark).mtimeMs;
  return SOURCES.every((folder) => !newer(path.join(root, folder), built));
}

function newer(folder, than) {
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const place = path.join(folder, entry.name);
    return entry.isDirectory() ? newer(place, than) : statSync(place).mtimeMs > than;
  });
}
