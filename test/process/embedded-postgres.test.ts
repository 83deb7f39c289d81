import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/process/embedded-postgres.js';
import { postmasterPid } from '../../src/process/postmaster.js';
import { processIdentity } from '../../src/process/process-identity.js';
import { runningPostgresUrl } from '../../src/process/running-postgres.js';
import { type Program, runProgram } from './program.js';
import { until } from './until.js';

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  const servers: EmbeddedPostgres[] = [];
  const programs: Program[] = [];
  const start = async (): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dataDir });
    servers.push(server);
    return server;
  };
  const cluster = (): string => realpathSync(path.join(dataDir, 'postgres'));

  beforeEach(() => {
    dataDir = path.join(mkdtempSync(path.join(tmpdir(), 'embedded postgres ')), 'data of 一月');
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) program.process.kill('SIGKILL');
    for (const server of servers.splice(0)) await server.stop();
    const outside = existsSync(path.join(dataDir, 'postgres')) ? path.dirname(cluster()) : dataDir;
    for (const made of [outside, path.dirname(dataDir)]) rmSync(made, { recursive: true, force: true });
  });

  it('starts, keeps its data for the next start, and lets nobody in without the password', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept (id int)');
    expect(await query(first.url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect(await query(first.url, 'SELECT current_database() AS name')).toEqual([{ name: 'interline' }]);
    expect(statSync(path.join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
    const stranger = new URL(first.url);
    stranger.password = 'guessed';
    await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await first.stop();

    const second = await start();
    expect(await query(second.url, 'SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 0 }]);
  });

  it('refuses a second start on the same data, which goes on working for the first', async () => {
    const first = await start();
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`);
    const second = runProgram('hold-postgres', dataDir);
    const { refused } = await second.line({});
    expect(refused).toMatch(new RegExp(`in use by process ${process.pid}; stop that one first`));
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(runningPostgresUrl(dataDir)).toBe(first.url);
  });

  it('does not outlive a process that was killed, and its data is there for the next', async () => {
    const holder = runProgram('hold-postgres', dataDir);
    programs.push(holder);
    const { url } = await holder.line({});
    await query(String(url), 'CREATE TABLE kept (id int)');
    const postmaster = postmasterPid(cluster());
    expect(postmaster).not.toBeNull();
    holder.process.kill('SIGKILL');
    await holder.exited();
    // Not waiting for the former server: the next start has to.
    const next = await start();
    expect(await query(next.url, 'SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 0 }]);
    await until(() => processIdentity(postmaster ?? 0) === null);
  });

  it('comes back on its port when the server itself is killed', async () => {
    const server = await start();
    const killed = postmasterPid(cluster()) ?? 0;
    process.kill(killed, 'SIGKILL');
    await until(() => postmasterPid(cluster()) !== killed && runningPostgresUrl(dataDir) === server.url);
    await answering(server.url);
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('leaves nothing of an ephemeral one', async () => {
    const server = await startEmbeddedPostgres({ dataDir, ephemeral: true });
    await server.stop();
    expect(readdirSync(path.dirname(dataDir))).toEqual([]);
  });

  it('starts though the pid file of a dead server names another living process', async () => {
    await (await start()).stop();
    writeFileSync(path.join(cluster(), 'postmaster.pid'), `${process.pid}\n${cluster()}\n1\n1\n\n\n\n`);
    const server = await start();
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says so when the password is gone but the data is not', async () => {
    await (await start()).stop();
    rmSync(path.join(dataDir, 'postgres-password'));
    await expect(start()).rejects.toThrow('postgres-password is missing');
  });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}

async function answering(url: string): Promise<void> {
  let up = false;
  await until(() => {
    if (!up)
      void query(url, 'SELECT 1').then(
        () => (up = true),
        () => undefined,
      );
    return up;
  });
}
