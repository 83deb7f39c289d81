import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSupervisorAnswers, openWatchOfAll } from '../../src/compose/watch-all.js';
import { readEnvironment } from '../../src/config/environment.js';
import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import type { WatchDoor } from '../../src/http/watch-door.js';
import { readContract } from '../../src/http/contract-document.js';
import { exposition } from '../../src/observe/exposition.js';
import { closedSets } from '../../src/observe/labels.js';
import { freePort } from '../../src/process/free-port.js';
import { labelsIn, strayLabels } from '../observe/stray-labels.js';
import { freshDatabase, testMasterKey } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type Processes, startProcesses } from '../support/processes.js';
import { redisUrl } from '../support/redis.js';
import { startInterline } from './interline.js';

const GATEWAY = ['api', 'worker-1', 'worker-2'];
const SETS = closedSets(
  loadSchemes(fromRoot('schemes')).map(({ id }) => id),
  Object.keys(readContract().paths),
);

interface Told {
  readonly status: number;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

async function get(url: string): Promise<Told> {
  const answer = await fetch(url);
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, text, json: isJson ? (JSON.parse(text) as Told['json']) : {} };
}

const processesIn = (text: string): string[] =>
  [...new Set(labelsIn(text).flatMap(({ label, value }) => (label === 'process' ? [value] : [])))].sort();

describe('a full start', () => {
  let processes: Processes;
  let door: WatchDoor | null;
  let watched: string;
  beforeAll(async () => {
    processes = await startProcesses(redisUrl(), { workers: 2 });
    const environment = { ...readEnvironment({}), metricsPort: 0 };
    door = await openWatchOfAll(environment, processes.supervisor);
    watched = `http://127.0.0.1:${door?.port ?? 0}`;
  });
  afterAll(async () => {
    await door?.stop();
    await processes.close();
  });

  it('tells the numbers of all its processes on the main port, by closed labels', async () => {
    await get(`${processes.baseUrl}/v1/links/lnk_9876543210`);
    const { status, text } = await eventually(
      () => get(`${processes.baseUrl}/metrics`),
      (told) => told.text.includes('interline_canary_delay_seconds{lane="nightly"}'),
    );
    expect(status).toBe(200);
    expect(processesIn(text)).toEqual(GATEWAY);
    expect(strayLabels(text, SETS, GATEWAY)).toEqual([]);
    expect(text).toContain(
      'interline_http_requests_total{route="/v1/links/{id}",method="GET",status="4xx",process="api"} 1',
    );
    expect(text.match(/^interline_outbox_rows /gm)).toHaveLength(1);
    expect(text).not.toContain('9876543210');
  });

  it('tells them on the port of its own, too, with health and readiness of all, and nothing else', async () => {
    expect(processesIn((await get(`${watched}/metrics`)).text)).toEqual(GATEWAY);
    expect(await get(`${watched}/healthz`)).toMatchObject({ status: 200, json: { ok: true } });
    expect(await get(`${watched}/readyz`)).toMatchObject({
      status: 200,
      json: { ok: true, checks: { api: true, 'worker-1': true, 'worker-2': true, sandbox: true } },
    });
    expect(await get(`${watched}/v1/schemes`)).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
    expect((await fetch(`${watched}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  it('loses the numbers of a process that hangs and no others, and is not ready', async () => {
    const pid = processes.supervisor.pid('worker-2');
    if (pid === null) throw new Error('the second worker does not run');
    process.kill(pid, 'SIGSTOP');
    try {
      for (const place of [processes.baseUrl, watched]) {
        expect(processesIn((await get(`${place}/metrics`)).text)).toEqual(['api', 'worker-1']);
      }
      expect(await get(`${watched}/readyz`)).toMatchObject({
        status: 503,
        json: { code: 'UNAVAILABLE', checks: { api: true, 'worker-2': false } },
      });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually(
      async () => processesIn((await get(`${watched}/metrics`)).text),
      (names) => names.length === GATEWAY.length,
    );
  });

  it('counts what it started again', async () => {
    const answers = createSupervisorAnswers();
    const standings = [
      { name: 'api', ready: true, restarts: 2, answers: 'questions' },
      { name: 'sandbox', ready: false, restarts: 0, answers: 'nothing' },
    ] as const;
    expect(await answers('readiness', standings)).toBeNull();
    const report = await answers('metrics', standings);
    if (report === null) throw new Error('no report');
    const text = await exposition(new Map([['supervisor', report]]));
    expect(text).toContain('interline_process_up{process="api"} 1');
    expect(text).toContain('interline_process_up{process="sandbox"} 0');
    expect(text).toContain('interline_process_restarts{process="api"} 2');
    expect(text).toContain('process_resident_memory_bytes{process="supervisor"}');
  });
});

describe('a process of some roles', () => {
  it('in production tells its numbers on the port of its own and not on the main one', async () => {
    const database = await freshDatabase();
    const [port, metricsPort] = [await freePort(), await freePort()];
    const running = startInterline(['start'], {
      NODE_ENV: 'production',
      INTERLINE_ROLES: 'api,worker',
      DATABASE_URL: database.ownerUrl,
      INTERLINE_MASTER_KEY: testMasterKey().toString('base64'),
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      LOG_LEVEL: 'silent',
    });
    try {
      const own = `http://127.0.0.1:${metricsPort}`;
      await eventually(
        () => get(`http://127.0.0.1:${port}/readyz`).catch(() => null),
        (told) => told?.status === 200,
      );
      expect(await get(`${own}/readyz`)).toMatchObject({
        status: 200,
        json: {
          ok: true,
          checks: { database: true, schema: true, roles: true, queue: true, clock: true, running: true },
        },
      });
      expect(await get(`${own}/healthz`)).toMatchObject({ status: 200 });
      const { text } = await get(`${own}/metrics`);
      expect(processesIn(text)).toEqual(['api+worker']);
      expect(await get(`http://127.0.0.1:${port}/metrics`)).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
    } finally {
      running.interrupt();
      await running.outcome;
      await database.drop();
    }
  });
});
