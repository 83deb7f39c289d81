import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AttemptEnd } from '../core/operation/ports.js';
import type { OperationKind, OperationState } from '../core/health/ports.js';
import type { Priority } from '../core/supplier/ports.js';
import { closed, type ClosedSets } from './labels.js';

/** One answered request, as the door tells of it. */
export interface RequestSample {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** An operation that has reached a state that is final. */
export interface Ended {
  readonly scheme: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly createdAt: Date;
}

/** What this process counts of its own doing. */
export interface ProcessMetrics {
  readonly registry: Registry;
  readonly request: (sample: RequestSample) => void;
  readonly attempt: (end: AttemptEnd) => void;
  readonly ended: (operation: Ended) => void;
  /** How long a call waited for its turn at its supplier's limit. */
  readonly waited: (priority: Priority, seconds: number) => void;
}

const POSTED_WITHIN_S = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400, 604_800];
const ANSWERED_WITHIN_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
const WAITED_S = [0.001, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

/** `skewMs` is asked at each scrape; so are Node's own numbers, event-loop lag among them. */
export function createProcessMetrics(sets: ClosedSets, skewMs: () => number): ProcessMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'interline_http_requests_total',
    help: 'Requests answered, by route of the contract, method and class of status.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const answered = new Histogram({
    name: 'interline_http_request_seconds',
    help: 'How long answers took; those that a platform asked to be held included.',
    labelNames: ['route', 'method'],
    buckets: ANSWERED_WITHIN_S,
    registers,
  });
  const attempts = new Counter({
    name: 'interline_attempts_total',
    help: 'Calls to suppliers that were committed, by what was done and what came of it.',
    labelNames: ['scheme', 'act', 'outcome'],
    registers,
  });
  const ends = new Counter({
    name: 'interline_operations_ended_total',
    help: 'Operations that reached a final state by a supplier, by evidence or by time; not those a platform cancelled.',
    labelNames: ['scheme', 'kind', 'state'],
    registers,
  });
  const posted = new Histogram({
    name: 'interline_posted_seconds',
    help: 'From acceptance to posted or confirmed.',
    labelNames: ['scheme', 'kind'],
    buckets: POSTED_WITHIN_S,
    registers,
  });
  const waits = new Histogram({
    name: 'interline_limiter_wait_seconds',
    help: "How long calls waited for their turn at their supplier's limit.",
    labelNames: ['priority'],
    buckets: WAITED_S,
    registers,
  });
  new Gauge({
    name: 'interline_clock_skew_seconds',
    help: "How far this machine's clock is ahead of the database's. Beyond 2 s a worker takes no work.",
    registers,
    collect() {
      this.set(skewMs() / 1000);
    },
  });
  return {
    registry,
    request: ({ method, route, status, seconds }) => {
      const labels = closed(sets, { route, method, status: `${Math.floor(status / 100)}xx` });
      requests.inc(labels);
      answered.observe({ route: labels.route, method: labels.method }, seconds);
    },
    attempt: ({ scheme, act, outcome }) => {
      attempts.inc(closed(sets, { scheme, act, outcome }));
    },
    ended: ({ scheme, kind, state, createdAt }) => {
      ends.inc(closed(sets, { scheme, kind, state }));
      if (state !== 'posted' && state !== 'confirmed') return;
      const seconds = Math.max(0, Date.now() - skewMs() - createdAt.getTime()) / 1000;
      posted.observe(closed(sets, { scheme, kind }), seconds);
    },
    waited: (priority, seconds) => {
      waits.observe(closed(sets, { priority }), seconds);
    },
  };
}
