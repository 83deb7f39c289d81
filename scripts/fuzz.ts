import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { openProgress, type Progress } from '../src/cli/progress.js';
import { fromRoot } from '../src/config/paths.js';
import { ask } from './fuzz/ask.js';
import { type KeyOf, keysFor } from './fuzz/keys.js';
import { makeKnown } from './fuzz/known.js';
import { type FuzzOutcome, growthOf, peaksOf, shown } from './fuzz/outcome.js';
import { type FuzzRequest, type Known, requests } from './fuzz/requests.js';
import { type Ground, onGateway } from './on-gateway.js';
import { exitWith } from './exit-with.js';
import { residentMb } from './soak/memory.js';

const HELP = `Usage: npm run fuzz -- [--requests 20000] [--seed 1] [--json]

Sends requests that were made from the contract, right ones and ones spoilt in one way, to a gateway of its own, and holds every
answer against the contract. Exits 1 for a fault of ours (5xx), an error that is no problem+json, an answer the contract does not
describe, something that had to be refused and was not, a 99th percentile above 500 ms, or an API that grows by more than 50 MB.

  --requests  how many
  --seed      which ones: the same seed makes the same requests, but for the ids that the gateway gives
  --json      the outcome as JSON, in the last line

Example: npm run fuzz -- --requests 2000 --seed 7`;

const P99_MS = 500;
const GROWTH_MB = 50;
const AT_ONCE = 4;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [count, seed] = [Number(values.requests), Number(values.seed)];
  if (!Number.isSafeInteger(count) || count < 100) throw new Error('--requests has to be a number from 100');
  if (!Number.isSafeInteger(seed)) throw new Error('--seed has to be a whole number');
  const progress = openProgress();
  try {
    const outcome = await onGateway({ tenants: 2, schemesDir: fromRoot('schemes') }, (ground) =>
      fuzz(ground, { count, seed }, progress),
    );
    progress.end();
    console.log(values.json ? JSON.stringify(outcome) : shown(outcome));
    for (const fault of outcome.faults.slice(0, 20)) console.error(fault);
    return outcome.faults.length === 0 ? 0 : 1;
  } finally {
    progress.end();
  }
}

async function fuzz(
  { place, giveUp }: Ground,
  { count, seed }: { readonly count: number; readonly seed: number },
  progress: Progress,
): Promise<FuzzOutcome> {
  const from = performance.now();
  const [tenant, other] = place.tenants;
  if (tenant === undefined || other === undefined) throw new Error('a tenant is missing');
  progress.show(null, 'making what ids can name');
  const known = await makeKnown(place, tenant, other, giveUp);
  const keyOf = await keysFor(place, tenant);
  const asked = new Set<string>();
  const apiMb = (): number => residentMb(place.supervisor.pid('api') ?? 0) ?? 0;
  const played = await play(drawnFrom(known, { count, seed }, asked), place.baseUrl, keyOf, apiMb, (done) => {
    progress.show(done / count, `${done} of ${count} requests`);
  });
  const times = [...played.times].sort((a, b) => a - b);
  const p99Ms = Math.round(times[Math.floor(times.length * 0.99)] ?? 0);
  const peaksMb = peaksOf(played.memoryMb);
  const growthMb = growthOf(peaksMb);
  const faults = [
    ...played.faults,
    ...(p99Ms > P99_MS ? [`the 99th percentile is ${p99Ms} ms`] : []),
    ...(growthMb > GROWTH_MB ? [`the API has grown by ${growthMb} MB`] : []),
  ];
  const operations = [...asked];
  return {
    requests: count,
    seed,
    statuses: played.statuses,
    operations: operations.length,
    neverSucceeded: operations.filter((one) => !played.succeeded.has(one)).sort(),
    p99Ms,
    peaksMb,
    growthMb,
    seconds: Math.round((performance.now() - from) / 1_000),
    faults,
  };
}

const AT_A_TIME = 100;

/** A few at a time: while thousands are drawn nobody reads what the gateway says, and it closes what seems idle. */
function* drawnFrom(
  known: Known,
  { count, seed }: { readonly count: number; readonly seed: number },
  asked: Set<string>,
): Generator<FuzzRequest> {
  const every = requests(known);
  for (let drawn = 0; drawn < count; drawn += AT_A_TIME) {
    const some = fc.sample(every, { numRuns: Math.min(AT_A_TIME, count - drawn), seed: seed * 1_000_003 + drawn });
    for (const request of some) {
      asked.add(request.operation);
      yield request;
    }
  }
}

/** What came of the requests, in the order in which they were answered. */
interface Played {
  readonly statuses: Record<string, number>;
  readonly succeeded: Set<string>;
  readonly times: number[];
  readonly memoryMb: number[];
  readonly faults: string[];
}

const LOOK_EVERY = 50;

async function play(
  drawn: Iterable<FuzzRequest>,
  baseUrl: string,
  keyOf: KeyOf,
  apiMb: () => number,
  onAnswered: (done: number) => void,
): Promise<Played> {
  const played: Played = { statuses: {}, succeeded: new Set(), times: [], memoryMb: [], faults: [] };
  const left = drawn[Symbol.iterator]();
  const runner = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const request = next.value;
      const { status, ms, faults } = await ask(baseUrl, keyOf, request);
      played.statuses[status] = (played.statuses[status] ?? 0) + 1;
      if (status < 300) played.succeeded.add(request.operation);
      played.times.push(ms);
      played.faults.push(...faults);
      if (played.times.length % LOOK_EVERY === 0) played.memoryMb.push(apiMb());
      onAnswered(played.times.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return played;
}

exitWith(main);
