import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, jest } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A process compiles its TypeScript first, which takes its time on a busy machine. */
jest.setTimeout(60_000);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let child: ChildProcess;
afterEach(() => {
  child.kill('SIGKILL');
});

/** Starts the sandbox as `npm start` does, with a line to its parent. */
function start(env: Record<string, string>): { ready: Promise<string>; ended: Promise<Ended> } {
  child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], SANDBOX_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stdout = '';
  let stderr = '';
  const ready = new Promise<string>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes('\n')) resolve(stdout);
    });
  });
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { ready, ended };
}

describe('the sandbox as a process', () => {
  it('says where it listens, plays the schemes of the repository and ends with SIGTERM', async () => {
    const { ready, ended } = start({});
    const line = await ready;
    expect(line).toMatch(/^sandbox ready on http:\/\/127\.0\.0\.1:\d+\n$/);
    const url = line.trim().replace('sandbox ready on ', '');
    const schemes = (await (await fetch(`${url}/_control/schemes`)).json()) as { id: string }[];
    expect(schemes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['northwind-air', 'harbour-hotels', 'china-railway', 'phoenix-miles']),
    );
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stdout: line, stderr: '' });
  });

  it('ends when its parent goes away, whichever schemes it plays', async () => {
    const { ready } = start({ SANDBOX_SCHEMES: 'adapters/reference/schemes' });
    const url = (await ready).trim().replace('sandbox ready on ', '');
    const schemes = (await (await fetch(`${url}/_control/schemes`)).json()) as { id: string }[];
    expect(schemes.map(({ id }) => id)).toContain('ref-push');
    expect(schemes.map(({ id }) => id)).not.toContain('northwind-air');
    // Not `close`: node does not emit it for a child whose channel the parent has disconnected.
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
  });

  it.each([
    [{ SANDBOX_PORT: 'eighty' }, 'SANDBOX_PORT'],
    [{ SANDBOX_PORT: '65536' }, 'SANDBOX_PORT'],
    [{ SANDBOX_SCHEMES: 'schemes:nowhere' }, 'SANDBOX_SCHEMES'],
    [{ SANDBOX_PUSH_URLS: '[]' }, 'SANDBOX_PUSH_URLS'],
    [{ SANDBOX_PUSH_URLS: '{"a":"not a url"}' }, 'SANDBOX_PUSH_URLS'],
  ])('refuses %j in one line, with 78', async (env, name) => {
    const { code, stderr } = await start(env).ended;
    expect(code).toBe(78);
    expect(stderr).toMatch(new RegExp(`^sandbox: .*${name}.*\\n$`));
  });

  it('refuses a port that is taken in one line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await start({ SANDBOX_PORT: String(port) }).ended;
    other.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^sandbox: cannot listen on 127\\.0\\.0\\.1:${port}: .*\\n$`));
  });
});
