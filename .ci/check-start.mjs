#!/usr/bin/env node
// `npm start` as a person meets it: it gets ready, works, stops on Ctrl-C, finds its data again, and leaves no process behind, neither
// then nor when it is killed. Run from the root of a checkout; needs Linux's /proc.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_MS = 60_000;
const STOP_MS = 60_000;
const KEYS = ['baseUrl', 'sandboxUrl', 'platformKey', 'otherPlatformKey', 'supportKey', 'adminKey', 'webhookSecret'];

const dataDir = mkdtempSync(path.join(tmpdir(), 'interline start '));
const credentialsFile = path.join(dataDir, 'credentials.json');

let running = null;
try {
  const first = await start();
  checkCredentials(first.credentials);
  await checkWork(first.credentials);
  // A terminal sends Ctrl-C to all of its foreground group.
  process.kill(-first.npm.pid, 'SIGINT');
  await allGone(first, 'after Ctrl-C');

  const second = await start();
  assert.equal(second.credentials.platformKey, first.credentials.platformKey, 'the second start finds the data of the first');
  process.kill(second.node, 'SIGKILL');
  await allGone(second, 'after SIGKILL');
} finally {
  // After a failure; its children end with it.
  if (running !== null && running.exitCode === null && running.signalCode === null) process.kill(-running.pid, 'SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
}

async function start() {
  const from = performance.now();
  const env = { ...process.env, PORT: '0', SANDBOX_PORT: '0', INTERLINE_DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
  const npm = spawn('npm', ['start'], { env, detached: true, stdio: 'inherit' });
  running = npm;
  let exited = false;
  npm.once('exit', () => {
    exited = true;
  });
  const began = Date.now();
  const credentials = await until(READY_MS, 'npm start is not ready', async () => {
    assert(!exited, 'npm start ended before it was ready');
    // The file of an earlier start names that one's ports.
    if (!existsSync(credentialsFile) || statSync(credentialsFile).mtimeMs < began) return null;
    const read = JSON.parse(readFileSync(credentialsFile, 'utf8'));
    const answer = await fetch(`${read.baseUrl}/readyz`).catch(() => null);
    return answer?.ok === true ? read : null;
  });
  console.log(`ready after ${Math.round(performance.now() - from)} ms at ${credentials.baseUrl}`);
  const owner = readdirSync(dataDir).map((name) => /^owner-(\d+)-/.exec(name)?.[1]).find((pid) => pid !== undefined);
  const postmaster = Number(readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const processes = [...new Set([npm.pid, ...descendants(npm.pid), postmaster])];
  console.log(`${processes.length} processes, the database server among them`);
  return { npm, node: Number(owner), credentials, processes, exited: () => exited };
}

function checkCredentials(credentials) {
  for (const key of KEYS) assert.equal(typeof credentials[key], 'string', `credentials.json lacks ${key}`);
  assert.equal(statSync(credentialsFile).mode & 0o777, 0o600, 'credentials.json can be read by others');
}

async function checkWork({ baseUrl, sandboxUrl, platformKey }) {
  const schemes = await fetch(`${baseUrl}/v1/schemes`, { headers: { authorization: `Bearer ${platformKey}` } });
  assert.equal(schemes.status, 200);
  assert.notEqual((await schemes.json()).items.length, 0);
  assert.equal((await fetch(`${baseUrl}/v1/schemes`)).status, 401);
  assert.equal((await fetch(`${sandboxUrl}/_control/schemes`)).status, 200);
}

async function allGone(started, when) {
  const from = performance.now();
  await until(STOP_MS, `still alive ${when}`, () => started.exited() && living(started.processes).length === 0, () =>
    living(started.processes).map(commandOf).join('; '),
  );
  console.log(`nothing left ${when}: all gone in ${Math.round(performance.now() - from)} ms`);
}

async function until(limitMs, complaint, probe, details = () => '') {
  const giveUpAt = performance.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== false) return found;
    assert(performance.now() < giveUpAt, `${complaint} after ${limitMs / 1000} s ${details()}`);
    await sleep(50);
  }
}

function descendants(root) {
  const children = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = statOf(Number(name))?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (pid) => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

function living(pids) {
  return pids.filter((pid) => {
    const state = statOf(pid)?.state;
    return state !== undefined && state !== 'Z' && state !== 'X';
  });
}

function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null;
  }
}

function commandOf(pid) {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 120)}`;
  } catch {
    return String(pid);
  }
}
