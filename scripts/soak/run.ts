import type pg from 'pg';
import { ownerPool } from '../../test/support/database.js';
import { type Harm, runChaos } from './chaos.js';
import { type Asked, runLoad } from './load.js';
import { type MachineStands, watchMachine } from './machine-watch.js';
import { watchMemory } from './memory.js';
import { limitedSchemes } from '../limited-schemes.js';
import type { SoakOptions } from './options.js';
import { openPlace, type Place } from './place.js';
import { type Reckoning, reckon } from './reckoning.js';
import { seededRandom } from '../../sandbox/engine/random.js';
import { businessDates, comeToRest, type Rest } from './rest.js';
import { playFaults } from './supplier-faults.js';
import { linkTravellers, type Traveller } from './travellers.js';

/** Everything that a soak brought to light. Times are milliseconds, memory in MB. */
export interface SoakOutcome {
  readonly queue: 'postgres' | 'redis';
  readonly options: SoakOptions;
  readonly links: number;
  readonly load: Load;
  /** How sends ended, by outcome. */
  readonly sends: Readonly<Record<string, number>>;
  readonly rest: Rest;
  readonly reckoning: Reckoning;
  readonly memoryMb: Readonly<Record<string, number>>;
  readonly machine: MachineStands;
}

interface Load {
  readonly accruals: number;
  readonly redemptions: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly repeated: number;
  readonly tookMs: number;
  readonly harm: Harm;
}

type Tell = (share: number | null, note: string) => void;

const TENANTS = 8;
/**
 * Each supplier says that it takes so many calls a second. One in sixty is throttled all the same, and each of those halves the rate,
 * which rises by a twentieth of this in ten seconds: some 35 calls a second are what that comes to, a little more than the load wants.
 */
const CALLS_PER_SECOND = 2_000;

/** One soak from start to reckoning; every process it started has ended when it resolves or throws. */
export async function soak(queue: 'postgres' | 'redis', options: SoakOptions, tell: Tell): Promise<SoakOutcome> {
  tell(null, `${queue}: starting`);
  const schemes = limitedSchemes({ perSecond: CALLS_PER_SECOND });
  const place = await openPlace(queue, TENANTS, schemes.folder).catch((error: unknown) => {
    schemes.remove();
    throw error;
  });
  const memory = watchMemory(['api', ...place.workers, 'sandbox'], (name) => place.supervisor.pid(name));
  const machine = watchMachine();
  const owner = ownerPool(place.ownerUrl);
  const giveUp = new AbortController();
  // Ctrl-C stops the processes; nobody would answer the load any more.
  void place.supervisor.stopped.then(() => giveUp.abort(new Error('the soak was stopped')));
  try {
    tell(null, `${queue}: linking members`);
    const travellers = await linkTravellers(place, giveUp.signal);
    const firstDays = await businessDates(place);
    const { asked, load } = await underFaults(place, travellers, options, giveUp.signal, (begun) => {
      tell(begun / options.operations, `${queue}: ${begun} of ${options.operations} operations`);
    });
    tell(null, `${queue}: faults off, coming to rest`);
    const rest = await comeToRest(place, owner, firstDays);
    const reckoning = await reckon(place, owner, asked);
    const sends = await sendsByOutcome(owner);
    const memoryMb = Object.fromEntries(memory.peaks);
    const links = travellers.length;
    return { queue, options, links, load, sends, rest, reckoning, memoryMb, machine: machine.stands() };
  } finally {
    giveUp.abort();
    memory.stop();
    machine.stop();
    await owner.end();
    await place.stop();
    schemes.remove();
  }
}

/** The load with everything that goes wrong beside it, processes while requests come in and suppliers until all are answered. */
async function underFaults(
  place: Place,
  travellers: readonly Traveller[],
  options: SoakOptions,
  giveUp: AbortSignal,
  onProgress: (begun: number) => void,
): Promise<{ readonly asked: Asked; readonly load: Load }> {
  const { operations, perSecond, seed } = options;
  const from = performance.now();
  await playFaults(place, options.faults, seed);
  const enough = new AbortController();
  const chaos = options.chaos === 'on' ? runChaos(place, chance(seed + 1), enough.signal) : Promise.resolve({});
  const onAllBegun = (): void => enough.abort();
  const random = chance(seed);
  // Also when the load was broken off: whoever harms processes would go on for ever.
  const asked = await runLoad(travellers, { operations, perSecond, random, giveUp, onProgress, onAllBegun }).finally(
    () => {
      enough.abort();
    },
  );
  const harm = await chaos;
  const kinds = [...asked.accepted.values()];
  const load = {
    accruals: kinds.filter((kind) => kind === 'accrual').length,
    redemptions: kinds.filter((kind) => kind === 'redemption').length,
    refused: Object.fromEntries(asked.refused),
    repeated: asked.repeated,
    tookMs: performance.now() - from,
    harm,
  };
  return { asked, load };
}

function chance(seed: number): () => number {
  const random = seededRandom(seed);
  return () => random.next();
}

async function sendsByOutcome(owner: pg.Pool): Promise<Record<string, number>> {
  const found = await owner.query<{ outcome: string; count: number }>(
    `SELECT coalesce(outcome, 'never told') AS outcome, count(*)::int AS count FROM attempt
     WHERE effect = 'write' GROUP BY 1 ORDER BY 2 DESC`,
  );
  return Object.fromEntries(found.rows.map(({ outcome, count }) => [outcome, count]));
}
