import { isFinal } from '../../src/spec/operation.js';
import { type Clients, createClients } from './clients.js';
import { type Broken, watch } from './invariants/all.js';
import { brokenAtRest } from './invariants/at-rest.js';
import { createNights, type Nights } from './nights.js';
import type { SimulationOptions } from './options.js';
import { plantExpectation } from './expectation.js';
import { createPushes, type Pushes } from './pushes.js';
import { createSupport } from './support.js';
import { createTrace } from './trace.js';
import { settled } from './turns.js';
import { inVirtualTime } from './virtual-time.js';
import { createWorkers, type Workers } from './workers.js';
import { createWorld, type World } from './world.js';

/** How one seed went. */
export interface Outcome {
  readonly seed: number;
  readonly hash: string;
  /** All events, those after the faults stopped too. */
  readonly steps: number;
  readonly operations: number;
  readonly states: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Virtual time from the last fault until everything was at rest, in milliseconds. */
  readonly restMs: number;
  readonly broken: (Broken & { readonly last: readonly string[]; readonly character: string }) | null;
}

/** Everybody who acts in a run. */
interface Cast {
  readonly clients: Clients;
  readonly workers: Workers;
  readonly pushes: Pushes;
  readonly nights: Nights;
  readonly support: () => string;
}

/** After the faults: more events than that, or more virtual time, is not coming to rest. */
const EVENTS_TO_REST = 20_000;
const NIGHTS_TO_REST = 4;
const SWEEP_EVERY_MS = 5_000;

/** Runs one seed: `steps` events with faults, invariants after each, then without faults until all is at rest. */
export async function runSeed(options: SimulationOptions): Promise<Outcome> {
  const world = createWorld(options);
  const { time, turns } = world;
  const later = (dueAt: number, run: () => void) => {
    const turn = turns.at(dueAt, 'an alarm rings', null, run);
    return () => turns.drop(turn);
  };
  return inVirtualTime(time, later, () => course(world));
}

async function course(world: World): Promise<Outcome> {
  const { options, time, store, wire } = world;
  const pushes = createPushes(world);
  const cast: Cast = {
    clients: createClients(world),
    workers: createWorkers(world),
    pushes,
    nights: createNights(world),
    support: createSupport(world),
  };
  plantExpectation(world);
  const look = watch(world);
  const trace = createTrace(store.tables, options.onLine);
  let steps = 0;
  let broken: Broken | null = null;

  const happen = async (event: () => string | Promise<string>): Promise<void> => {
    const what = await event();
    await settled();
    steps += 1;
    const seen = look();
    ({ broken } = seen);
    trace.note(
      steps,
      time.now(),
      what,
      seen.changes.rows.map(({ row }) => row),
    );
    // Every event takes a moment, so that no two have the same.
    time.advanceTo(time.now() + 1);
  };
  const isBroken = (): boolean => broken !== null;

  while (steps < options.steps && !isBroken()) await happen(() => anything(world, cast));
  wire.faults.on = false;
  const quietFrom = time.now();
  let nightsLeft = NIGHTS_TO_REST;
  let events = 0;
  while (!isBroken() && nightsLeft >= 0 && events < EVENTS_TO_REST) {
    events += 1;
    const event = whatIsLeft(world, cast);
    if (event !== null) {
      await happen(event);
      continue;
    }
    if (atRest(world, nightsLeft)) break;
    nightsLeft -= 1;
    await happen(() => sleepUntil(world, cast, cast.nights.nextAt()));
  }
  broken ??= brokenAtRest(world, pushes.contradicted, events < EVENTS_TO_REST);
  const states: Record<string, number> = {};
  for (const { state, reviewReason } of store.tables.operations.values()) {
    const name = reviewReason === null ? state : `${state}: ${reviewReason}`;
    states[name] = (states[name] ?? 0) + 1;
  }
  return {
    seed: options.seed,
    hash: trace.hash(),
    steps,
    operations: store.tables.operations.size,
    states,
    faults: Object.fromEntries(wire.faults.counts),
    restMs: time.now() - quietFrom,
    broken: broken === null ? null : { ...broken, last: [...trace.last()], character: characterOf(world) },
  };
}

/** One event, whichever the seed chooses. */
function anything(world: World, cast: Cast): string | Promise<string> {
  const { chance, turns, store, time } = world;
  const { clients, workers, pushes, nights, support } = cast;
  const ready = turns.ready();
  const what = chance.weighted({
    turn: ready.length === 0 ? 0 : 60,
    client: 9,
    relay: store.tables.outbox.length === 0 ? 0 : 10,
    deliver: workers.dueWakeUps() === 0 ? 0 : 14,
    push: pushes.waiting() === 0 ? 0 : 6,
    sleep: ready.length === 0 && workers.dueWakeUps() === 0 ? 6 : 1.5,
    sweep: 1,
    support: 1,
    retry: 0.3,
    mislead: 0.3,
    crash: 0.8,
    freeze: 0.6,
    'kill the gateway': 0.5,
    flush: 0.3,
    night: 0.1,
  });
  switch (what) {
    case 'turn': {
      const turn = chance.pick(ready);
      turns.take(turn);
      return turn.name;
    }
    case 'client':
      return `client: ${clients.act()}`;
    case 'relay':
      return workers.relay().then(() => 'relay');
    case 'deliver':
      return `wakes ${workers.deliver()}`;
    case 'push':
      return `push: ${pushes.deliver(clients.api())}`;
    case 'sleep':
      return sleepUntil(world, cast, Math.min(nextDue(world, cast), time.now() + nap(world)));
    case 'sweep':
      return workers.sweep().then(() => 'sweep');
    case 'support':
      return `support: ${support()}`;
    case 'retry':
      pushes.retry(clients.api());
      return 'retry parked pushes';
    case 'mislead':
      return pushes.mislead();
    case 'crash':
      return `kill ${workers.crash()}`;
    case 'freeze':
      return `freeze ${workers.freeze()}`;
    case 'kill the gateway':
      return `kill ${clients.crash()}`;
    case 'flush':
      workers.flush();
      return 'flush the queue';
    case 'night':
      return sleepUntil(world, cast, Math.max(time.now(), nights.nextAt()));
    default:
      return what satisfies never;
  }
}

/** What there is to do without faults; `null` when nothing is due for a while, whatever time passes before the next night. */
function whatIsLeft(world: World, cast: Cast): (() => string | Promise<string>) | null {
  const { chance, turns, store, time } = world;
  const { clients, workers, pushes } = cast;
  const ready = turns.ready();
  if (ready.length > 0) {
    return () => {
      const turn = chance.pick(ready);
      turns.take(turn);
      return turn.name;
    };
  }
  if (store.tables.outbox.length > 0) return () => workers.relay().then(() => 'relay');
  if (workers.dueWakeUps() > 0) return () => `wakes ${workers.deliver()}`;
  if (pushes.waiting() > 0) return () => `push: ${pushes.deliver(clients.api())}`;
  const sweepAt = overdue(world) ? workers.sweptAt() + SWEEP_EVERY_MS : Infinity;
  if (sweepAt <= time.now()) return () => workers.sweep().then(() => 'sweep');
  const next = Math.min(sweepAt, nextDue(world, cast));
  // What is under way goes on over a night.
  const goesOn = next < cast.nights.nextAt() || turns.nextAt() !== null;
  return goesOn ? () => sleepUntil(world, cast, next) : null;
}

/** Mostly a short one, so that platforms get to confirm what is held before it ends. */
function nap({ chance }: World): number {
  return chance.happens(0.9) ? chance.between(50, 20_000) : Infinity;
}

/** Time passes up to the next thing that keeps its time; the nights that come meanwhile are settled. */
function sleepUntil({ time, turns }: World, { nights }: Cast, at: number): string {
  const first = turns.nextPunctual();
  if (first !== null && first.dueAt <= at) {
    time.advanceTo(first.dueAt);
    turns.take(first);
    return first.name;
  }
  time.advanceTo(at);
  nights.run();
  return 'time passes';
}

/** When the next thing is due: a turn, a wake-up, or an operation that the sweeper finds. */
function nextDue({ turns, store, time }: World, { workers, nights }: Cast): number {
  const dues = [...store.tables.operations.values()]
    .map(({ nextActionAt, kind }) => (kind === 'expectation' ? null : (nextActionAt?.getTime() ?? null)))
    .concat(turns.nextAt(), workers.nextWakeUpAt(), nights.nextAt())
    .filter((at) => at !== null && at > time.now());
  return Math.min(...dues.map((at) => at ?? Infinity));
}

function overdue({ store, time }: World): boolean {
  return [...store.tables.operations.values()].some(
    ({ nextActionAt, kind }) => kind !== 'expectation' && nextActionAt !== null && nextActionAt.getTime() <= time.now(),
  );
}

/** Whoever waits for a file waits for the nights there are. */
function atRest({ store }: World, nightsLeft: number): boolean {
  return [...store.tables.operations.values()].every(
    ({ state, kind, reviewReason }) =>
      isFinal(state) ||
      kind === 'expectation' ||
      (state === 'needs-review' && (nightsLeft === 0 || reviewReason !== 'awaiting-file')),
  );
}

/** The options as the seed expands them, for a report. */
function characterOf({ places, options }: World): string {
  const told = places.map(({ scheme, platform: { character } }) => {
    const { lagMs, skewMs, resend } = character;
    return `${scheme.id} (lag ${lagMs} ms, clock ${skewMs} ms ahead, resend ${resend})`;
  });
  return `${options.steps} steps at ${told.join(', ')}`;
}
