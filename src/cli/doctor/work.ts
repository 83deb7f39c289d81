import type { Environment } from '../../config/environment.js';
import type { CanaryState, FleetNumbers } from '../../core/health/ports.js';
import { CANARY_EVERY_MS, CANARY_LATE_MS } from '../../core/health/canaries.js';
import { fromRoot } from '../../config/paths.js';
import { readFleetNumbers } from '../../store/fleet-numbers.js';
import type { Queryable } from '../../store/queue-canary.js';
import { migrationsIn, schemaVersion } from '../../store/schema-version.js';
import { failed, type Finding, passed } from './finding.js';

/** Nothing waits for longer than this where processes run. */
const LATE_MS = 600_000;
const OUTBOX_LATE_MS = 60_000;

/**
 * Checks of the schema and of the gateway at work. What would have to be done by processes is held against nobody while none runs:
 * `doctor` also stands before a start.
 */
export async function checkWork(
  database: Queryable,
  { production }: Pick<Environment, 'production'>,
): Promise<Finding[]> {
  const ours = migrationsIn(fromRoot('src', 'store', 'migrations'));
  const { newest, missing } = await schemaVersion(database, ours);
  if (newest === null) return [passed('schema', 'none yet; a full start and "interline migrate" make it')];
  if (missing.length > 0) {
    const detail = `at ${newest}, ${missing.length} behind this version`;
    if (!production) return [passed('schema', `${detail}; the next full start brings it up`)];
    return [failed('schema', detail, 'run "interline migrate" before processes of this version start')];
  }
  const numbers = await readFleetNumbers(database);
  const running = numbers.canaries.some(({ sinceSentMs }) => sinceSentMs < 3 * CANARY_EVERY_MS);
  const all = [
    ...canaryFindings(numbers.canaries),
    incidentFinding(numbers),
    outboxFinding(numbers),
    dueFinding(numbers),
  ];
  return [passed('schema', newest), ...all.map((finding) => (running ? finding : excused(finding)))];
}

function excused(finding: Finding): Finding {
  return finding.ok ? finding : passed(finding.check, `${finding.detail} (no scheduler runs)`);
}

function canaryFindings(canaries: readonly CanaryState[]): Finding[] {
  if (canaries.length === 0) return [passed('canaries', 'none were ever sent; a scheduler sends them')];
  return canaries.map(({ queue, sinceSentMs, sinceSeenMs, delayMs, waitingMs }) => {
    const check = `canary ${queue}`;
    const seen =
      sinceSeenMs === null || delayMs === null ? 'never seen' : `seen ${ago(sinceSeenMs)} after ${seconds(delayMs)}`;
    const detail = `sent ${ago(sinceSentMs)}, ${seen}`;
    if (waitingMs === null || waitingMs <= CANARY_LATE_MS) return passed(check, detail);
    return failed(check, detail, 'nothing moves in this queue: see that workers run and that they are ready');
  });
}

/** A pause is a person's wish and a breaker heals by itself; the others wait for somebody. */
function incidentFinding({ incidents, breakers }: FleetNumbers): Finding {
  const standing = [
    ...incidents
      .filter(({ kind }) => kind !== 'breaker')
      .map(({ scheme, kind, count }) => `${scheme} ${kind} (${count})`),
    ...breakers.map(({ scheme, work, count }) => `${scheme} breaker for ${work} (${count})`),
  ];
  const detail = standing.length === 0 ? 'none open' : standing.join(', ');
  if (!incidents.some(({ kind }) => kind === 'auth-failed' || kind === 'stuck')) return passed('incidents', detail);
  return failed(
    'incidents',
    detail,
    "auth-failed: set the connection's credentials right and resume it; stuck: see docs/running-in-production.md",
  );
}

function outboxFinding({ outbox: { rows, oldestMs } }: FleetNumbers): Finding {
  const detail = rows === 0 ? 'empty' : `${rows} wake-ups, the oldest for ${seconds(oldestMs)}`;
  if (oldestMs <= OUTBOX_LATE_MS) return passed('outbox', detail);
  return failed('outbox', detail, 'nobody hands them to the queue: see that the queue answers');
}

function dueFinding({ due }: FleetNumbers): Finding {
  const waiting = due.filter(({ count }) => count > 0);
  const detail =
    waiting.length === 0
      ? 'nothing is overdue'
      : waiting.map(({ lane, count, oldestMs }) => `${lane} ${count}, the oldest for ${seconds(oldestMs)}`).join('; ');
  if (waiting.every(({ oldestMs }) => oldestMs <= LATE_MS)) return passed('work', detail);
  return failed('work', detail, 'see that workers run, and the incidents of the connections it is for');
}

function ago(ms: number): string {
  return `${seconds(ms)} ago`;
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 1000)} s`;
}
