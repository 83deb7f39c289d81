import { setTimeout as pause } from 'node:timers/promises';
import { kill, type Place } from './place.js';

/** What was done to the processes, by name. */
export type Harm = Readonly<Record<string, number>>;

interface Plan {
  readonly name: string;
  readonly everyMs: number;
  /** When it first comes round; a short soak sees each of them at least once. */
  readonly firstMs: number;
  /** `false`: there was nothing to harm just now. */
  readonly act: () => Promise<boolean> | boolean;
}

const FROZEN_MS = 8_000;

/** Harms processes on their paces until told to stop; the answer says how often each. What is frozen is woken before it resolves. */
export async function runChaos(place: Place, random: () => number, stop: AbortSignal): Promise<Harm> {
  const counts: Record<string, number> = {};
  const anyWorker = (): string => place.workers[Math.floor(random() * place.workers.length)] ?? '';
  const plans: Plan[] = [
    { name: 'worker killed', everyMs: 5_000, firstMs: 5_000, act: () => kill(place.supervisor.pid(anyWorker())) },
    { name: 'API killed', everyMs: 20_000, firstMs: 12_000, act: () => kill(place.supervisor.pid('api')) },
    { name: 'PostgreSQL killed', everyMs: 90_000, firstMs: 22_000, act: () => place.killPostgres() },
    { name: 'worker frozen 8 s', everyMs: 45_000, firstMs: 8_000, act: () => freeze(place, anyWorker(), stop) },
    { name: 'worker ten minutes ahead', everyMs: 120_000, firstMs: 16_500, act: () => jump(place, anyWorker()) },
    ...redisPlans(place),
  ];
  await Promise.all(
    plans.map(async ({ name, everyMs, firstMs, act }) => {
      for (let at = firstMs; ; at += everyMs) {
        if (!(await waited(at === firstMs ? firstMs : everyMs, stop))) return;
        if (await act()) counts[name] = (counts[name] ?? 0) + 1;
      }
    }),
  );
  return counts;
}

function redisPlans({ redis }: Place): Plan[] {
  if (redis === null) return [];
  return [
    { name: 'Redis killed', everyMs: 60_000, firstMs: 18_000, act: () => redis.kill() },
    {
      name: 'Redis flushed',
      everyMs: 200_000,
      firstMs: 28_000,
      act: () =>
        redis.flush().then(
          () => true,
          () => false,
        ),
    },
  ];
}

/** Longer than its lease, shorter than `maxPause`: it wakes up among others who have taken over. */
async function freeze(place: Place, worker: string, stop: AbortSignal): Promise<boolean> {
  const pid = place.supervisor.pid(worker);
  if (!kill(pid, 'SIGSTOP')) return false;
  await waited(FROZEN_MS, stop);
  kill(pid, 'SIGCONT');
  return true;
}

/** Its clock stays ahead until it is killed or ends by itself. */
function jump(place: Place, worker: string): boolean {
  return kill(place.supervisor.pid(worker), 'SIGUSR2');
}

/** `false` when it was told to stop meanwhile. */
async function waited(ms: number, stop: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal: stop });
    return true;
  } catch {
    return false;
  }
}
