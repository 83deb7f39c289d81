import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';

/** What the sandbox process is told from outside. */
export interface SandboxEnvironment {
  readonly port: number;
  readonly host: string;
  readonly pushUrls: Readonly<Record<string, string>>;
  readonly dataDir: string | undefined;
  /** Directories of scheme files; empty for those that come with the sandbox. */
  readonly schemeDirectories: readonly string[];
}

/** A value of the environment that cannot be used, in one line. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/** Reads the variables that the README lists; throws an EnvironmentError about a bad value. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): SandboxEnvironment {
  return {
    port: readPort(env['SANDBOX_PORT'] ?? '8090'),
    host: env['SANDBOX_HOST'] ?? '127.0.0.1',
    pushUrls: readPushUrls(env['SANDBOX_PUSH_URLS'] ?? '{}'),
    dataDir: env['SANDBOX_DATA_DIR'] === '' ? undefined : env['SANDBOX_DATA_DIR'],
    schemeDirectories: readDirectories(env['SANDBOX_SCHEMES'] ?? ''),
  };
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new EnvironmentError(`SANDBOX_PORT is not a port: ${text}`);
  return port;
}

function readDirectories(text: string): readonly string[] {
  const directories = text.split(delimiter).filter((directory) => directory !== '');
  const missing = directories.find((directory) => !existsSync(directory));
  if (missing !== undefined) throw new EnvironmentError(`SANDBOX_SCHEMES names no directory: ${missing}`);
  return directories;
}

function readPushUrls(text: string): Readonly<Record<string, string>> {
  const bad = new EnvironmentError('SANDBOX_PUSH_URLS is not a JSON object of scheme ids and absolute URLs');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw bad;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw bad;
  const entries = Object.entries(parsed as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([scheme, url]) => {
      if (typeof url !== 'string' || !URL.canParse(url)) throw bad;
      return [scheme, url];
    }),
  );
}
