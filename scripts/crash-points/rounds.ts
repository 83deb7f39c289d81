import { setTimeout as pause } from 'node:timers/promises';
import type { CrashPoint } from '../../src/spec/crash-point.js';
import type { Round } from './plan.js';
import type { World } from './world.js';

/** A point, the kind of work that was under way, and whether somebody died there. */
export interface Hit {
  readonly point: CrashPoint;
  readonly kind: string;
  readonly died: boolean;
}

/** A round whose processes have died; its work may still be going on. */
export interface Played {
  readonly hits: readonly Hit[];
  /** Resolves when its work is done; rejects with what failed. */
  readonly done: Promise<void>;
}

const PASSED_WITHIN_MS = 60_000;
const REST_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 20;
const BETWEEN_WORKS_MS = 50;

/** Has one kind of work done, over and over, while processes die at the round's points one after the other. */
export async function playRound(world: World, round: Round, tell: (hit: Hit) => void): Promise<Played> {
  const { kind } = round;
  const hits: Hit[] = [];
  const over = new AbortController();
  const works = Array.from({ length: kind.atOnce }, () => keepOn(world, round, over.signal));
  const done = Promise.all(works).then(() => undefined);
  // A work that fails ends the round at once; its error comes out at the end.
  done.catch(() => over.abort());
  for (const point of round.points) {
    const hit = { point, kind: kind.name, died: await killAt(world, round, point, over.signal) };
    hits.push(hit);
    tell(hit);
  }
  over.abort();
  return { hits, done };
}

async function keepOn(world: World, { kind }: Round, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await kind.work(world);
    await pause(BETWEEN_WORKS_MS);
  }
}

async function killAt(world: World, { kind }: Round, point: CrashPoint, over: AbortSignal): Promise<boolean> {
  const { orders, processes } = world.place;
  orders.give(point, 1);
  if (kind.byRestart) processes.kill('worker-1');
  const until = performance.now() + PASSED_WITHIN_MS;
  while (!orders.isDone(point)) {
    if (over.aborted || performance.now() > until) {
      orders.withdraw(point);
      return orders.isDone(point);
    }
    await pause(LOOK_EVERY_MS);
  }
  await endLongLeases(world);
  return true;
}

/** Runs and resyncs have leases of a minute; those of a process that is known to be dead are not waited out. */
async function endLongLeases({ owner }: World): Promise<void> {
  for (const table of ['recon_run', 'resync']) {
    await owner.query(
      `UPDATE ${table} SET lease_until = clock_timestamp(), next_action_at = clock_timestamp()
       WHERE lease_until > clock_timestamp()`,
    );
  }
}

/** What is open when the time is up; nothing where all has come to rest. */
export async function atRest({ owner }: World): Promise<string[]> {
  const until = performance.now() + REST_WITHIN_MS;
  for (;;) {
    const found = await owner.query<{ open: string }>(OPEN);
    if (found.rows.length === 0 || performance.now() > until) return found.rows.map((row) => row.open);
    await pause(100);
  }
}

/** A refund that only the supplier's settlement can tell rests until the day is reconciled. */
const OPEN = `
  SELECT kind || ' ' || state || ' ' || reference AS open FROM operation
  WHERE next_action_at IS NOT NULL AND NOT (kind = 'refund' AND state IN ('unknown', 'needs-review'))
  UNION ALL SELECT 'idempotency key ' || key FROM idempotency_key WHERE state = 'running'
  UNION ALL SELECT 'link ' || id FROM link WHERE state = 'pending'
  UNION ALL SELECT 'resync ' || id FROM resync WHERE finished_at IS NULL
  LIMIT 20`;
