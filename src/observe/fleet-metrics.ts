import { Gauge, Registry } from 'prom-client';
import type { FleetNumbers, QueueDepth } from '../core/health/ports.js';
import { closed, type ClosedSets, named } from './labels.js';

/** Where the fleet's numbers come from; each may fail by itself. */
export interface FleetSources {
  readonly numbers: () => Promise<FleetNumbers>;
  readonly depths: () => Promise<readonly QueueDepth[]>;
}

/** What is true of the fleet, whoever tells it. */
export interface FleetMetrics {
  readonly registry: Registry;
  /** Reads the numbers anew unless they are fresh. Never rejects: what cannot be read is not told. */
  refresh(): Promise<void>;
}

/** However often one scrapes, and how many do. */
const FRESH_MS = 5_000;

/** All of these are read from rows and queues: several processes tell the same, so that together they are their largest. */
export function createFleetMetrics(
  sets: ClosedSets,
  sources: FleetSources,
  onError: (error: unknown) => void,
): FleetMetrics {
  const registry = new Registry();
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name: `interline_${name}`, help, labelNames, registers: [registry], aggregator: 'max' });
  const rows = rowGauges(gauge);
  const queues = queueGauges(gauge);
  const readable = gauge('fleet_readable', 'Whether the numbers of the database and of the queue could be read.', [
    'of',
  ]);

  const read = async (of: 'database' | 'queue', act: () => Promise<void>): Promise<void> => {
    try {
      await act();
      readable.set({ of }, 1);
    } catch (error) {
      onError(error);
      readable.set({ of }, 0);
    }
  };
  const refresh = async (): Promise<void> => {
    for (const one of Object.values({ ...rows, ...queues })) one.reset();
    await Promise.all([
      read('database', async () => setRows(rows, sets, await sources.numbers())),
      read('queue', async () => setQueues(queues, sets, await sources.depths())),
    ]);
  };
  let refreshing: Promise<void> | null = null;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  return {
    registry,
    refresh: async () => {
      if (refreshing === null && performance.now() - refreshedAt < FRESH_MS) return;
      refreshing ??= refresh().finally(() => {
        refreshedAt = performance.now();
        refreshing = null;
      });
      await refreshing;
    },
  };
}

type MakeGauge = <Label extends string>(name: string, help: string, labels: readonly Label[]) => Gauge<Label>;

function rowGauges(gauge: MakeGauge) {
  return {
    open: gauge('operations', 'Operations that are not final.', ['scheme', 'kind', 'state']),
    unknown: gauge('unknown_operations', 'Operations whose outcome is unknown, by for how long.', ['scheme', 'age']),
    due: gauge('due', 'Work whose time has come, by the lane that wakes it; what is being done counts.', ['lane']),
    dueAge: gauge('due_age_seconds', 'For how long the oldest of it has been due.', ['lane']),
    outbox: gauge('outbox_rows', 'Wake-ups not yet handed to the queue, counted to 100,000.', []),
    outboxAge: gauge('outbox_age_seconds', 'For how long the oldest of them waits.', []),
    breakers: gauge('breakers_open', 'Connections whose breaker is open.', ['scheme', 'work']),
    incidents: gauge('incidents_open', 'Incidents that stand.', ['scheme', 'incident']),
    canaryAge: gauge(
      'canary_waiting_seconds',
      'For how long the oldest canary that did not come back is away; 0: all did.',
      ['lane'],
    ),
    canaryDelay: gauge('canary_delay_seconds', 'How long the last canary took through its queue.', ['lane']),
    canarySent: gauge('canary_sent_age_seconds', 'When a canary was last sent; without a scheduler none is.', ['lane']),
  };
}

function queueGauges(gauge: MakeGauge) {
  return {
    waiting: gauge('queue_waiting', 'Jobs that wait in the queue.', ['lane']),
    delayed: gauge('queue_delayed', 'Jobs of the queue whose time has not come.', ['lane']),
    active: gauge('queue_active', 'Jobs of the queue that a worker has.', ['lane']),
    oldest: gauge(
      'queue_age_seconds',
      'For how long the oldest waiting job was there, by the clock of whoever added it.',
      ['lane'],
    ),
  };
}

function setRows(gauges: ReturnType<typeof rowGauges>, sets: ClosedSets, numbers: FleetNumbers): void {
  for (const { scheme, kind, state, count } of numbers.open)
    gauges.open.inc(closed(sets, { scheme, kind, state }), count);
  for (const { scheme, age, count } of numbers.unknown) gauges.unknown.inc(closed(sets, { scheme, age }), count);
  // What is none has no row, and an alarm must see it end.
  for (const lane of named(sets.lane)) {
    gauges.due.set({ lane }, 0);
    gauges.dueAge.set({ lane }, 0);
  }
  for (const scheme of named(sets.scheme)) {
    for (const work of named(sets.work)) gauges.breakers.set({ scheme, work }, 0);
  }
  for (const { lane, count, oldestMs } of numbers.due) {
    gauges.due.set(closed(sets, { lane }), count);
    gauges.dueAge.set(closed(sets, { lane }), oldestMs / 1000);
  }
  gauges.outbox.set(numbers.outbox.rows);
  gauges.outboxAge.set(numbers.outbox.oldestMs / 1000);
  for (const { scheme, work, count } of numbers.breakers) gauges.breakers.inc(closed(sets, { scheme, work }), count);
  for (const { scheme, kind, count } of numbers.incidents) {
    gauges.incidents.inc(closed(sets, { scheme, incident: kind }), count);
  }
  for (const { queue, sinceSentMs, delayMs, waitingMs } of numbers.canaries) {
    const labels = closed(sets, { lane: queue });
    gauges.canarySent.set(labels, sinceSentMs / 1000);
    gauges.canaryAge.set(labels, (waitingMs ?? 0) / 1000);
    if (delayMs !== null) gauges.canaryDelay.set(labels, delayMs / 1000);
  }
}

function setQueues(gauges: ReturnType<typeof queueGauges>, sets: ClosedSets, depths: readonly QueueDepth[]): void {
  for (const { lane, waiting, delayed, active, oldestMs } of depths) {
    const labels = closed(sets, { lane });
    gauges.waiting.set(labels, waiting);
    gauges.delayed.set(labels, delayed);
    gauges.active.set(labels, active);
    gauges.oldest.set(labels, oldestMs / 1000);
  }
}
