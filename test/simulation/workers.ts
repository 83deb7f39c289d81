import { createEngine, type Engine } from '../../src/core/operation/engine.js';
import type { WakeUp } from '../../src/core/operation/ports.js';
import { sweep } from '../../src/core/operation/sweeper.js';
import type { Gate } from '../../src/core/supplier/ports.js';
import { withPlanted } from './planted.js';
import { suppliersOf } from './places.js';
import { type Process, processNamed } from './turns.js';
import { through, type World } from './world.js';

interface Worker {
  readonly process: Process;
  readonly engine: Engine;
}

/** Workers with the queue that wakes them. */
export interface Workers {
  /** Hands what was committed to the queue. */
  relay(): Promise<void>;
  /** Wakes a worker by a wake-up that is due; at least once, and in no order. */
  deliver(): string;
  /** Everything overdue is woken again. */
  sweep(): Promise<void>;
  /** When that was done last. */
  sweptAt(): number;
  /** All wake-ups are lost. */
  flush(): void;
  crash(): string;
  freeze(): string;
  dueWakeUps(): number;
  nextWakeUpAt(): number | null;
}

const WORKERS = 2;

export function createWorkers(world: World): Workers {
  const { chance, time, turns, store, wire } = world;
  let born = 0;
  let swept = 0;
  const workers = Array.from({ length: WORKERS }, () => hire(world, ++born));
  let queue: { readonly wakeUp: WakeUp; readonly dueAt: number }[] = [];
  const add = async (wakeUps: readonly WakeUp[]): Promise<void> => {
    queue.push(...wakeUps.map((wakeUp) => ({ wakeUp, dueAt: time.now() + wakeUp.delayMs })));
  };
  const due = () => queue.filter(({ dueAt }) => dueAt <= time.now());
  const count = (what: string): void => void wire.faults.counts.set(what, (wire.faults.counts.get(what) ?? 0) + 1);

  return {
    relay: async () => {
      await store.outbox.publish(100, add);
    },
    deliver: () => {
      const job = chance.pick(due());
      const again = wire.faults.on && chance.happens(0.05);
      if (again) count('woken twice');
      else queue = queue.filter((one) => one !== job);
      const worker = chance.pick(workers);
      const { lane, connectionId, hints } = job.wakeUp;
      if (lane === 'live' || lane === 'lookup') worker.engine.wake(lane, connectionId, hints);
      return worker.process.name;
    },
    sweep: async () => {
      swept = time.now();
      await sweep(store.outbox, { add, close: async () => undefined });
    },
    sweptAt: () => swept,
    flush: () => {
      if (queue.length > 0) count('queue flushed');
      queue = [];
    },
    crash: () => {
      const at = chance.between(0, workers.length - 1);
      const dead = workers[at];
      if (dead === undefined) throw new RangeError('no worker');
      dead.process.alive = false;
      turns.forget(dead.process);
      workers[at] = hire(world, ++born);
      count('worker killed');
      return dead.process.name;
    },
    freeze: () => {
      const { process } = chance.pick(workers);
      process.frozenUntil = Math.max(process.frozenUntil, time.now() + chance.between(500, 9_000));
      count('worker frozen');
      return process.name;
    },
    dueWakeUps: () => due().length,
    nextWakeUpAt: () => {
      const later = queue.map(({ dueAt }) => dueAt).filter((at) => at > time.now());
      return later.length === 0 ? null : Math.min(...later);
    },
  };
}

function hire(world: World, nth: number): Worker {
  const { store, places, wire, vault, chance, broken, options } = world;
  const process = processNamed(`worker ${nth}`);
  const onError = (error: unknown): void => {
    broken.push(`an error of our own: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`);
  };
  const engine = createEngine({
    store: through(world, process, withPlanted(store.operations, options.planted)),
    suppliers: suppliersOf(places, wire, process),
    gate: OPEN_GATE,
    guard: guardOf(world),
    vault,
    random: chance.next,
    limits: { total: 6, perConnection: 4, retries: 3, onError },
    onAttempt: () => undefined,
    onError,
  });
  return { process, engine };
}

const ENOUGH = 1_000;

/** Lets everything in: what a quota defers is not what is tried here. */
const OPEN_GATE: Pick<Gate, 'admit' | 'throttled'> = {
  admit: async () => ({
    calls: ENOUGH,
    writes: ENOUGH,
    lookUps: ENOUGH,
    repeats: ENOUGH,
    waitMs: 0,
    settle: () => undefined,
  }),
  throttled: () => undefined,
};

/** A connection whose credentials are refused stands still until somebody sees to it. */
function guardOf({ store, time, turns, chance }: World) {
  const { standstills } = store.tables;
  const standing = (connectionId: string): number =>
    standstills.findIndex((one) => one.connectionId === connectionId && one.until === null);
  return {
    authFailed: async (connectionId: string): Promise<boolean> => {
      if (standing(connectionId) >= 0) return false;
      standstills.push({ connectionId, from: time.now(), until: null });
      turns.at(time.now() + chance.between(2_000, 90_000), 'connection resumed', null, () => {
        const at = standing(connectionId);
        const found = standstills[at];
        if (found !== undefined) standstills[at] = { ...found, until: time.now() };
      });
      return true;
    },
  };
}
