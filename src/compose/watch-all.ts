import type { Environment } from '../config/environment.js';
import type { Readiness } from '../core/health/readiness.js';
import { openWatchDoor, type WatchDoor } from '../http/watch-door.js';
import { type MetricReport, reportOf } from '../observe/exposition.js';
import { createSupervisorMetrics } from '../observe/supervisor-metrics.js';
import type { Question } from '../process/asking.js';
import type { ChildStanding, Supervisor } from '../process/supervisor.js';
import { createMeasures, reportsIn } from './measures.js';

/** What the supervisor of a full start tells of itself when all are asked. */
export function createSupervisorAnswers(): (
  question: Question,
  children: readonly ChildStanding[],
) => Promise<MetricReport | null> {
  let standings: readonly ChildStanding[] = [];
  const { own, fleet } = createSupervisorMetrics(() => standings);
  return async (question, children) => {
    if (question !== 'metrics') return null;
    standings = children;
    return reportOf(own, fleet);
  };
}

/** The port for those who watch a full start: its numbers are those of all its processes, and it is ready when all of them are. */
export async function openWatchOfAll(
  { metricsPort, host }: Environment,
  supervisor: Supervisor,
): Promise<WatchDoor | null> {
  if (metricsPort === null || metricsPort === 'supervisor') return null;
  return openWatchDoor(
    {
      alive: () => true,
      ready: () => readinessOf(supervisor),
      metrics: createMeasures(async () => reportsIn(await supervisor.gather('metrics'))),
    },
    metricsPort,
    host,
  );
}

async function readinessOf(supervisor: Supervisor): Promise<Readiness> {
  const answers = await supervisor.gather('readiness');
  const checks = supervisor.standings().map(({ name, ready, answers: kind }): [string, boolean] => {
    return [name, ready && (kind === 'nothing' || isReady(answers[name]))];
  });
  return { ok: checks.every(([, holds]) => holds), checks: Object.fromEntries(checks) };
}

function isReady(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === true;
}
