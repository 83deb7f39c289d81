import { openParts } from '../../src/compose/parts.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { fromRoot } from '../../src/config/paths.js';
import { OPEN_GATE } from '../support/open-gate.js';
import { createEngine } from '../../src/core/operation/engine.js';
import type { OperationView } from '../../src/core/operation/operations.js';
import type { ResyncItemView, Resyncs, ResyncScope, ResyncView } from '../../src/core/resync/resyncs.js';
import { createResyncRunner, type ResyncRunner } from '../../src/core/resync/runner.js';
import { createResyncs } from '../../src/core/resync/use-cases.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { createBreakBook } from '../../src/store/break-book.js';
import { createResyncStore } from '../../src/store/resync-store.js';
import { testMasterKey } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type Bench, inboundPath, openBench, request } from '../support/gateway.js';
import { activityFor } from '../support/travellers.js';

/** A gateway whose workers are asleep: operations are sent when a test says so and never looked up, but by resyncs. */
export interface ResyncBench {
  readonly bench: Bench;
  readonly resyncs: Resyncs;
  runner(): ResyncRunner;
  /** Sends an accrual of 500 points once, with whatever fault is in force. */
  send(scheme: string, linkId: string): Promise<string>;
  read(operationId: string): Promise<OperationView>;
  /** Starts a resync and drives it until it is at rest. */
  resync(scope: ResyncScope, mode?: 'dry-run'): Promise<ResyncReport>;
  start(scope: ResyncScope, mode?: 'dry-run'): Promise<string>;
  /** Wakes the runner until the resync is as the test wants it. */
  until(runner: ResyncRunner, id: string, holds: (view: ResyncView) => boolean): Promise<ResyncView>;
  close(): Promise<void>;
}

export interface ResyncReport {
  readonly view: ResyncView;
  readonly items: readonly ResyncItemView[];
}

export async function openResyncBench(): Promise<ResyncBench> {
  const bench = await openBench({ worker: false });
  const schemes = loadSchemes(fromRoot('schemes'));
  const parts = await openParts({
    databaseUrl: bench.ownerUrl,
    masterKey: testMasterKey(),
    redisUrls: null,
    schemes,
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (fields) => void bench.errors.push(fields['err']),
    },
  });
  const { suppliers, vault } = parts.links;
  const onError = (error: unknown): void => void bench.errors.push(error);
  const engine = createEngine({
    store: parts.store,
    suppliers,
    gate: OPEN_GATE,
    guard: { authFailed: () => Promise.resolve(false) },
    vault,
    random: Math.random,
    limits: { total: 8, perConnection: 8, retries: 4, onError },
    onAttempt: () => undefined,
    onError,
  });
  const store = createResyncStore(parts.pools, parts.relay.nudge);
  const breaks = createBreakBook(parts.pools, (scheme) => parts.schemes.get(scheme)?.zone ?? 'UTC');
  const runners: ResyncRunner[] = [];
  const runner = (): ResyncRunner => {
    const made = createResyncRunner({
      store,
      operations: parts.store,
      links: parts.links.store,
      breaks,
      suppliers,
      vault,
      random: Math.random,
      onError,
    });
    runners.push(made);
    return made;
  };
  const resyncs = createResyncs({ store, isInstalled: (scheme) => parts.schemes.has(scheme) });
  const { demo } = bench;
  const read = (id: string) => bench.gateway.operations.get(demo, id, 'en');
  let trips = 0;
  const start: ResyncBench['start'] = async (scope, mode) => {
    const input = { scope, dryRun: mode === 'dry-run', reason: 'a test' };
    const answer = await resyncs.start(demo, input, request(input));
    return fromTypeId('rsy', (JSON.parse(answer.body) as { id: string }).id) ?? '';
  };
  const until: ResyncBench['until'] = (woken, id, holds) =>
    eventually(async () => {
      await woken.wake([{ tenantId: demo.tenantId, id }]);
      return resyncs.get(demo, id);
    }, holds);
  return {
    bench,
    resyncs,
    runner,
    read,
    start,
    until,
    send: async (scheme, linkId) => {
      trips += 1;
      const body = { linkId, activity: activityFor(scheme, trips), points: 500, metadata: {} };
      const { operationId: id = '' } = await bench.gateway.operations.accrue(demo, body, request(body));
      engine.wake('live', inboundPath(scheme), [{ tenantId: demo.tenantId, id }]);
      await eventually(
        () => read(id),
        ({ state }) => state !== 'queued' && state !== 'sending',
      );
      return id;
    },
    resync: async (scope, mode) => {
      const id = await start(scope, mode);
      const driver = runner();
      const view = await until(driver, id, ({ finishedAt }) => finishedAt !== null);
      const { items } = await resyncs.items(demo, id, { limit: 200 });
      return { view, items };
    },
    close: async () => {
      await Promise.all(runners.map((one) => one.stop()));
      await engine.stop();
      await parts.close();
      await bench.close();
    },
  };
}

/** Has the next exchanges of a scheme go wrong in one way, all of them, until the answer is called. */
export async function faulty(
  bench: Bench,
  scheme: string,
  rates: Readonly<Record<string, number>>,
  latencyMs = { p50: 0, p99: 0 },
): Promise<() => Promise<void>> {
  await bench.sandbox.put(`${scheme}/faults`, { seed: 1, rates, latencyMs });
  return () => bench.sandbox.delete(`${scheme}/faults`);
}
