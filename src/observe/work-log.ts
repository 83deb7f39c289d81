import type { AttemptEnd, Quarantined } from '../core/operation/ports.js';
import { isFinal } from '../spec/operation.js';
import { toTypeId } from '../spec/typeid.js';
import type { ProcessMetrics } from './process-metrics.js';

/** Where lines go; a pino logger is one. */
interface Lines {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Hears what becomes of operations: counts it, and writes it down by their public ids. */
export interface WorkLog {
  readonly attempt: (end: AttemptEnd) => void;
  readonly quarantined: (one: Quarantined) => void;
}

/** Attempts are lines of `debug`, what falls into people's hands lines of `info`. */
export function createWorkLog(metrics: Pick<ProcessMetrics, 'attempt' | 'ended'>, log: Lines): WorkLog {
  return {
    attempt: (end) => {
      const { scheme, kind, act, outcome, latencyMs, from, to, createdAt } = end;
      metrics.attempt(end);
      if (isFinal(to)) metrics.ended({ scheme, kind, state: to, createdAt });
      log.debug({ ...idsOf(end), act, outcome, latencyMs, from, to }, 'attempted');
      if (to === 'needs-review' && from !== to) log.info({ ...idsOf(end), outcome }, 'an operation waits for a person');
    },
    quarantined: (one) => {
      log.info(idsOf(one), 'an operation is quarantined: the fault is ours');
    },
  };
}

function idsOf({ operationId, tenantId, connectionId, scheme }: Quarantined): Record<string, string> {
  return { operationId: toTypeId('op', operationId), tenantId, connectionId: toTypeId('con', connectionId), scheme };
}
