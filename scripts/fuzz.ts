import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { openProgress } from '../src/cli/progress.js';
import { fromRoot } from '../src/config/paths.js';
import { table } from './demo/table.js';
import { ask } from './fuzz/ask.js';
import { makeKnown } from './fuzz/known.js';
import { requests } from './fuzz/requests.js';
import { watchMemory } from './soak/memory.js';
import { openPlace } from './soak/place.js';

const HELP = `Usage: npm run fuzz -- [--requests 20000] [--seed 1] [--json]

Sends requests that were made from the contract, right ones and ones spoilt in one way, to a gateway of its own, and holds every
answer against the contract. Exits 1 for a fault of ours (5xx), an error that is no problem+json, an answer the contract does not
describe, a 99th percentile above 500 ms, or an API that grows by more than 50 MB.

Example: npm run fuzz -- --requests 2000 --seed 7`;

const P99_MS = 500;
const GROWTH_MB = 50;
const AT_ONCE = 8;

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
  const count = Number(values.requests);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(count) || count < 100) throw new Error('--requests has to be a number from 100');
  const outcome = await fuzz(count, seed);
  console.log(values.json ? JSON.stringify(outcome, null, 2) : shown(outcome));
  for (const fault of outcome.faults.slice(0, 20)) console.error(fault);
  return outcome.faults.length === 0 ? 0 : 1;
}

interface Outcome {
  readonly requests: number;
  readonly seed: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly succeeded: number;
  readonly operations: number;
  readonly p99Ms: number;
  readonly growthMb: number;
  readonly faults: readonly string[];
}

async function fuzz(count: number, seed: number): Promise<Outcome> {
  const progress = openProgress();
  const place = await openPlace('postgres', 2, fromRoot('schemes'));
  try {
    const [tenant] = place.tenants;
    if (tenant === undefined) throw new Error('no tenant');
    const known = await makeKnown(place, tenant);
    const keyOf = (scope: string | null): string =>
      scope === 'admin' ? place.adminKey : scope === 'support' ? tenant.supportKey : tenant.platformKey;
    const drawn = fc.sample(requests(known), { numRuns: count, seed });
    const statuses: Record<string, number> = {};
    const succeeded = new Set<string>();
    const times: number[] = [];
    const faults: string[] = [];
    let next = 0;
    const warm: number[] = [];
    const memory = watchMemory(['api'], (name) => place.supervisor.pid(name));
    const runner = async (): Promise<void> => {
      for (let index = next++; index < drawn.length; index = next++) {
        const request = drawn[index];
        if (request === undefined) return;
        const asked = await ask(place.baseUrl, keyOf, request);
        statuses[asked.status] = (statuses[asked.status] ?? 0) + 1;
        if (asked.status < 300) succeeded.add(request.operation);
        times.push(asked.ms);
        faults.push(...asked.faults);
        // What the first requests load once is no growth.
        if (index === Math.floor(count / 10)) warm.push(memory.peaks.get('api') ?? 0);
        progress.show(index / count, `${index} of ${count} requests`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runner));
    memory.stop();
    progress.end();
    times.sort((a, b) => a - b);
    const p99Ms = Math.round(times[Math.floor(times.length * 0.99)] ?? 0);
    const growthMb = (memory.peaks.get('api') ?? 0) - (warm[0] ?? 0);
    if (p99Ms > P99_MS) faults.push(`the 99th percentile is ${p99Ms} ms`);
    if (growthMb > GROWTH_MB) faults.push(`the API has grown by ${growthMb} MB`);
    const operations = new Set(drawn.map(({ operation }) => operation)).size;
    return { requests: count, seed, statuses, succeeded: succeeded.size, operations, p99Ms, growthMb, faults };
  } finally {
    progress.end();
    await place.stop();
  }
}

function shown({ requests: count, seed, statuses, succeeded, operations, p99Ms, growthMb, faults }: Outcome): string {
  const rows: [string, string][] = [
    ['requests', `${count}, seed ${seed}`],
    ['operations of the contract', `${operations}, of which ${succeeded} succeeded at least once`],
    [
      'answers',
      Object.entries(statuses)
        .map(([status, n]) => `${status}: ${n}`)
        .join(', '),
    ],
    ['99th percentile', `${p99Ms} ms`],
    ['growth of the API', `${growthMb} MB`],
    ['faults', String(faults.length)],
  ];
  return `\n${table(['fuzz', ''], rows)}\n`;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    process.exitCode = 1;
  },
);
