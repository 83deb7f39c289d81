import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fromRoot } from '../../src/config/paths.js';
import type { Credentials } from '../../src/compose/credentials.js';

/** A gateway of its own on free ports, with data that go when it stops. */
export interface Instance {
  readonly credentials: Credentials & { readonly sandboxUrl: string };
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 45_000;

/** Starts `interline start` as anybody would and waits until it takes requests. Throws with its last lines when it does not. */
export async function startInstance(): Promise<Instance> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'interline-demo-'));
  const child = spawn(process.execPath, [fromRoot('bin', 'interline.mjs'), 'start'], {
    env: {
      ...process.env,
      PORT: '0',
      SANDBOX_PORT: '0',
      INTERLINE_DATA_DIR: dataDir,
      INTERLINE_SANDBOX: 'on',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-4_000);
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const credentials = await ready(child, path.join(dataDir, 'credentials.json'));
    return { credentials, stop };
  } catch (error) {
    await stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${tail}`, { cause: error });
  }
}

async function ready(child: ChildProcess, file: string): Promise<Instance['credentials']> {
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with exit code ${child.exitCode}`);
    if (existsSync(file)) {
      const credentials = JSON.parse(readFileSync(file, 'utf8')) as Instance['credentials'];
      const answer = await fetch(`${credentials.baseUrl}/readyz`).catch(() => null);
      if (answer?.ok === true) return credentials;
    }
    await pause(100);
  }
  throw new Error(`the gateway was not ready within ${READY_WITHIN_MS / 1000} s`);
}
