import { describe, expect, it } from '@jest/globals';
import type { FleetNumbers } from '../../src/core/health/ports.js';
import { exposition, isReport, type MetricReport, reportOf } from '../../src/observe/exposition.js';
import { createFleetMetrics } from '../../src/observe/fleet-metrics.js';
import { closedSets } from '../../src/observe/labels.js';
import { createProcessMetrics } from '../../src/observe/process-metrics.js';
import { strayLabels } from './stray-labels.js';

const MEMBER = '9876543210';
const SETS = closedSets(['northwind-air'], ['/v1/accruals']);
const NUMBERS: FleetNumbers = {
  open: [{ scheme: 'northwind-air', kind: 'accrual', state: 'queued', count: 3 }],
  unknown: [{ scheme: 'northwind-air', age: '1m-10m', count: 2 }],
  due: [{ lane: 'live', count: 3, oldestMs: 1_500 }],
  outbox: { rows: 7, oldestMs: 250 },
  breakers: [{ scheme: 'northwind-air', work: 'write', count: 1 }],
  incidents: [{ scheme: 'northwind-air', kind: 'breaker', count: 1 }],
  canaries: [{ queue: 'live', sinceSentMs: 1_000, sinceSeenMs: 900, delayMs: 12, waitingMs: null }],
};
const DEPTHS = [{ lane: 'live', waiting: 4, delayed: 1, active: 2, oldestMs: 3_000 }] as const;

const processMetrics = () => createProcessMetrics(SETS, () => 1_250);
const attemptEnd = {
  operationId: MEMBER,
  tenantId: MEMBER,
  connectionId: MEMBER,
  latencyMs: 1,
  from: 'sending',
  to: 'posted',
  createdAt: new Date(),
} as const;

function fleetMetrics(sources: Partial<Parameters<typeof createFleetMetrics>[1]> = {}) {
  const errors: unknown[] = [];
  const all = { numbers: () => Promise.resolve(NUMBERS), depths: () => Promise.resolve(DEPTHS), ...sources };
  return { errors, fleet: createFleetMetrics(SETS, all, (error) => errors.push(error)) };
}

/** What a scrape of one process reads. */
async function text(report: MetricReport, name = 'worker-1'): Promise<string> {
  return exposition(new Map([[name, report]]));
}

describe('what a process counts', () => {
  it('is told by closed labels, whatever it was told itself', async () => {
    const metrics = processMetrics();
    metrics.request({ method: MEMBER, route: `/v1/links/${MEMBER}`, status: 200, seconds: 0.01 });
    metrics.attempt({ ...attemptEnd, scheme: MEMBER, kind: 'accrual', act: 'send', outcome: `refused ${MEMBER}` });
    metrics.ended({ scheme: MEMBER, kind: MEMBER as never, state: MEMBER as never, createdAt: new Date() });
    metrics.ended({ scheme: MEMBER, kind: 'accrual', state: 'posted', createdAt: new Date() });
    metrics.waited(MEMBER as never, 0.2);
    const told = await text(await reportOf(metrics.registry, null));
    expect(told).toContain('interline_attempts_total{scheme="other",act="send",outcome="other",process="worker-1"} 1');
    expect(told).not.toContain(MEMBER);
    expect(strayLabels(told, SETS, ['worker-1'])).toEqual([]);
  });

  it('is attempts, ends, requests and waits, the clock and the process itself', async () => {
    const metrics = processMetrics();
    metrics.attempt({ ...attemptEnd, scheme: 'northwind-air', kind: 'accrual', act: 'send', outcome: 'receipt' });
    metrics.ended({
      scheme: 'northwind-air',
      kind: 'accrual',
      state: 'posted',
      // Four seconds ago by the database's clock, which is 1.25 s behind.
      createdAt: new Date(Date.now() - 1_250 - 4_000),
    });
    metrics.request({ method: 'POST', route: '/v1/accruals', status: 202, seconds: 0.02 });
    metrics.waited('nightly', 0.2);
    const told = await text(await reportOf(metrics.registry, null));
    for (const line of [
      'interline_attempts_total{scheme="northwind-air",act="send",outcome="receipt",process="worker-1"} 1',
      'interline_operations_ended_total{scheme="northwind-air",kind="accrual",state="posted",process="worker-1"} 1',
      'interline_posted_seconds_bucket{le="2",scheme="northwind-air",kind="accrual",process="worker-1"} 0',
      'interline_posted_seconds_bucket{le="5",scheme="northwind-air",kind="accrual",process="worker-1"} 1',
      'interline_http_requests_total{route="/v1/accruals",method="POST",status="2xx",process="worker-1"} 1',
      'interline_limiter_wait_seconds_count{priority="nightly",process="worker-1"} 1',
      'interline_clock_skew_seconds{process="worker-1"} 1.25',
    ]) {
      expect(told.split('\n')).toContain(line);
    }
    expect(told).toContain('nodejs_eventloop_lag_seconds{process="worker-1"}');
    expect(told).toContain('process_resident_memory_bytes{process="worker-1"}');
  });
});

describe("the fleet's numbers", () => {
  it('are told without a process, by closed labels', async () => {
    const { fleet } = fleetMetrics();
    await fleet.refresh();
    const told = await text(await reportOf(processMetrics().registry, fleet.registry));
    for (const line of [
      'interline_operations{scheme="northwind-air",kind="accrual",state="queued"} 3',
      'interline_unknown_operations{scheme="northwind-air",age="1m-10m"} 2',
      'interline_due{lane="live"} 3',
      'interline_due{lane="lookup"} 0',
      'interline_due_age_seconds{lane="live"} 1.5',
      'interline_outbox_rows 7',
      'interline_outbox_age_seconds 0.25',
      'interline_breakers_open{scheme="northwind-air",work="write"} 1',
      'interline_breakers_open{scheme="northwind-air",work="look-up"} 0',
      'interline_incidents_open{scheme="northwind-air",incident="breaker"} 1',
      'interline_canary_waiting_seconds{lane="live"} 0',
      'interline_canary_delay_seconds{lane="live"} 0.012',
      'interline_queue_waiting{lane="live"} 4',
      'interline_queue_age_seconds{lane="live"} 3',
      'interline_fleet_readable{of="database"} 1',
    ]) {
      expect(told.split('\n')).toContain(line);
    }
    expect(strayLabels(told, SETS, ['worker-1'])).toEqual([]);
  });

  it('count what belongs to a scheme that is no longer installed together', async () => {
    const open = ['gone', MEMBER].map((scheme) => ({ ...NUMBERS.open[0], scheme, count: 2 }) as never);
    const { fleet } = fleetMetrics({ numbers: () => Promise.resolve({ ...NUMBERS, open }) });
    await fleet.refresh();
    const told = await fleet.registry.metrics();
    expect(told).toContain('interline_operations{scheme="other",kind="accrual",state="queued"} 4');
    expect(told).not.toContain(MEMBER);
  });

  it('that cannot be read are not told, and that they cannot is', async () => {
    const away = new Error('the queue is away');
    const { fleet, errors } = fleetMetrics({ depths: () => Promise.reject(away) });
    await fleet.refresh();
    const told = await fleet.registry.metrics();
    expect(told).toContain('interline_fleet_readable{of="queue"} 0');
    expect(told).toContain('interline_fleet_readable{of="database"} 1');
    expect(told).not.toContain('interline_queue_waiting{');
    expect(errors).toEqual([away]);
  });

  it('are read once however many ask', async () => {
    let read = 0;
    const { fleet } = fleetMetrics({
      numbers: () => Promise.resolve({ ...NUMBERS, outbox: { rows: ++read, oldestMs: 0 } }),
    });
    await Promise.all([fleet.refresh(), fleet.refresh()]);
    await fleet.refresh();
    expect(read).toBe(1);
  });
});

describe('all processes together', () => {
  const report = async (attempts: number, rows: number): Promise<MetricReport> => {
    const metrics = processMetrics();
    for (let n = 0; n < attempts; n += 1) {
      metrics.attempt({ ...attemptEnd, scheme: 'northwind-air', kind: 'accrual', act: 'send', outcome: 'receipt' });
    }
    const { fleet } = fleetMetrics({ numbers: () => Promise.resolve({ ...NUMBERS, outbox: { rows, oldestMs: 0 } }) });
    await fleet.refresh();
    // As it comes through the channel between processes.
    return JSON.parse(JSON.stringify(await reportOf(metrics.registry, fleet.registry))) as MetricReport;
  };

  it('keep their own series, and tell the fleet once', async () => {
    const told = await exposition(
      new Map([
        ['api', await report(1, 5)],
        ['worker-1', await report(2, 9)],
      ]),
    );
    const lines = told.split('\n');
    const attempts = (of: string) =>
      `interline_attempts_total{scheme="northwind-air",act="send",outcome="receipt",process="${of}"}`;
    expect(lines).toContain(`${attempts('api')} 1`);
    expect(lines).toContain(`${attempts('worker-1')} 2`);
    expect(lines.filter((line) => line.startsWith('interline_outbox_rows '))).toEqual(['interline_outbox_rows 9']);
    expect(lines.filter((line) => line.startsWith('# TYPE interline_attempts_total '))).toHaveLength(1);
    expect(told).not.toMatch(/ (null|undefined|NaN)$/m);
  });

  it('do without those that did not answer', () => {
    expect([null, undefined, 'x', { own: [] }].map(isReport)).toEqual([false, false, false, false]);
    expect(isReport({ own: [], fleet: [] })).toBe(true);
  });
});
