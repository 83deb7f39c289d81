import { parseArgs } from 'node:util';
import { openProgress } from '../src/cli/progress.js';
import { ownerPool } from '../test/support/database.js';
import { brokenInvariants } from '../test/support/invariants.js';
import { table } from './demo/table.js';
import { raceActs } from './races/acts.js';
import { raceKeys } from './races/keys.js';
import { openPlace } from './soak/place.js';
import { linkTravellers } from './soak/travellers.js';

const HELP = `Usage: npm run races -- [--keys 500] [--copies 200] [--acts 5000] [--json]

Sends the same request many times at once, and a confirm and a release of the same redemption at once, to a gateway of its own. One
request makes one operation, every copy gets the same answer, and of confirm and release one wins. Exits 1 when that does not hold.

Example: npm run races -- --keys 20 --copies 50 --acts 100    a short one`;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      keys: { type: 'string', default: '500' },
      copies: { type: 'string', default: '200' },
      acts: { type: 'string', default: '5000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const progress = openProgress();
  const place = await openPlace('postgres', 2);
  const owner = ownerPool(place.ownerUrl);
  try {
    const travellers = await linkTravellers(place, new AbortController().signal);
    const tell = (what: string, of: number) => (done: number) => progress.show(done / of, `${what}: ${done} of ${of}`);
    const [keys, copies, acts] = [whole(values.keys), whole(values.copies), whole(values.acts)];
    const keyed = await raceKeys(place, owner, travellers, { keys, copies }, tell('keys', keys));
    const acted = await raceActs(place, owner, travellers, acts, tell('confirm against release', acts));
    progress.end();
    const broken = await brokenInvariants(place.ownerUrl);
    const outcome = { keys: keyed, acts: acted, broken };
    console.log(values.json ? JSON.stringify(outcome, null, 2) : shown(outcome));
    const wrong = [...keyed.wrong, ...acted.wrong, ...broken];
    for (const line of wrong.slice(0, 20)) console.error(line);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    progress.end();
    await owner.end();
    await place.stop();
  }
}

type Outcome = {
  readonly keys: Awaited<ReturnType<typeof raceKeys>>;
  readonly acts: Awaited<ReturnType<typeof raceActs>>;
  readonly broken: readonly string[];
};

function shown({ keys, acts, broken }: Outcome): string {
  const rows: [string, string | number][] = [
    ['requests with a key', keys.requests],
    ['operations they made', keys.operations],
    ['answers that differ from the first', keys.wrong.length],
    ['redemptions with both acts at once', acts.redemptions],
    ['confirmed', acts.confirmed],
    ['released', acts.released],
    ['neither or both', acts.wrong.length],
    ['broken invariants', broken.length],
  ];
  return `\n${table(['races', ''], rows)}\n`;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`${text} is not a number from 1; npm run races -- --help`);
  return value;
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
