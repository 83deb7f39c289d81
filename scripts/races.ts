import { parseArgs } from 'node:util';
import { openProgress } from '../src/cli/progress.js';
import { brokenInvariants } from '../test/support/invariants.js';
import { table } from './demo/table.js';
import { onGateway } from './on-gateway.js';
import { exitWith } from './exit-with.js';
import { type ActedOutcome, raceActs } from './races/acts.js';
import { type KeyedOutcome, raceKeys } from './races/keys.js';
import { linkTravellers } from './soak/travellers.js';

const HELP = `Usage: npm run races -- [--keys 500] [--copies 200] [--acts 5000] [--json]

Sends the same request many times at once, and a confirm and a release of the same redemption at once, to a gateway of its own. One
request makes one operation, every copy gets the same answer, and of confirm and release one wins. Exits 1 when that does not hold.

  --keys    how many keys are used, by each of two tenants
  --copies  how many requests come with each key at once, over both tenants
  --acts    how many redemptions are confirmed and released at once
  --json    the outcome as JSON, in the last line

Example: npm run races -- --keys 20 --copies 50 --acts 100    a short one`;

interface Sizes {
  readonly keys: number;
  readonly copies: number;
  readonly acts: number;
}

interface Outcome {
  readonly keys: KeyedOutcome;
  readonly acts: ActedOutcome;
  readonly broken: readonly string[];
  readonly seconds: number;
}

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
  const outcome = await races({ keys: whole(values.keys), copies: whole(values.copies), acts: whole(values.acts) });
  console.log(values.json ? JSON.stringify(outcome) : shown(outcome));
  const wrong = [...outcome.keys.wrong, ...outcome.acts.wrong, ...outcome.broken];
  for (const line of wrong.slice(0, 20)) console.error(line);
  return wrong.length === 0 ? 0 : 1;
}

async function races({ keys, copies, acts }: Sizes): Promise<Outcome> {
  const from = performance.now();
  const progress = openProgress();
  const tell = (what: string, of: number) => (done: number) => progress.show(done / of, `${what}: ${done} of ${of}`);
  try {
    return await onGateway({ tenants: 2 }, async (ground) => {
      const travellers = await linkTravellers(ground.place, ground.giveUp);
      const keyed = await raceKeys(ground, travellers, { keys, copies }, tell('keys', keys));
      const acted = await raceActs(ground, travellers, acts, tell('confirm against release', acts));
      const broken = await brokenInvariants(ground.place.ownerUrl);
      return { keys: keyed, acts: acted, broken, seconds: Math.round((performance.now() - from) / 1_000) };
    });
  } finally {
    progress.end();
  }
}

function shown({ keys, acts, broken, seconds }: Outcome): string {
  const rows: [string, string | number][] = [
    ['requests with a key', keys.requests],
    ['operations they made', keys.operations],
    ['answers that contradict another', keys.wrong.length],
    ['redemptions with both acts at once', acts.redemptions],
    ['confirmed', acts.confirmed],
    ['released', acts.released],
    ['undecided, or other than in their books', acts.wrong.length],
    ['broken invariants', broken.length],
    ['seconds', seconds],
  ];
  return `\n${table(['races', ''], rows)}\n`;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`${text} is not a number from 1; npm run races -- --help`);
  return value;
}

exitWith(main);
