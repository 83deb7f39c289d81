import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { table } from './demo/table.js';
import { copyProject } from './mutants/copy.js';
import { judge, type Verdict } from './mutants/judge.js';
import { type Mutant, readMutants } from './mutants/read.js';
import { exitWith } from './exit-with.js';

const HELP = `Usage: npm run mutants -- [--only name] [--some 3] [--json]

Plants each bug of test/chaos/mutants/*.patch in a copy of the project and runs the tests that have to catch it. Exits 1 when a bug
lives, when its tests fail without it too, or when it no longer fits the code. With --some only so many, others on other days.

Example: npm run mutants -- --only not-found-is-rejected    one bug, with what its tests said`;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      some: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const mutants = chosen(readMutants(), values);
  if (mutants.length === 0) throw new Error(`there is no mutant ${values.only ?? ''}; npm run mutants -- --help`);
  const verdicts = await judgeAll(mutants);
  console.log(values.json ? JSON.stringify(verdicts, null, 2) : shown(verdicts));
  for (const { name, result, said } of verdicts)
    if (result !== 'caught') console.error(`\n${name}: ${result}\n${said}`);
  return verdicts.every(({ result }) => result === 'caught') ? 0 : 1;
}

/** Which ones: a few, beginning somewhere else every day, so that all have their turn. */
function chosen(
  all: readonly Mutant[],
  { only, some }: { only?: string | undefined; some?: string | undefined },
): Mutant[] {
  if (only !== undefined) return all.filter(({ name }) => name === only);
  if (some === undefined) return [...all];
  const count = Math.min(Number(some), all.length);
  if (!(count >= 1)) throw new Error(`--some has to be a number from 1, not ${some}`);
  const first = (Math.floor(Date.now() / 86_400_000) * count) % all.length;
  return Array.from({ length: count }, (_none, index) => all[(first + index) % all.length]).filter(
    (one) => one !== undefined,
  );
}

/** Each copy judges one after another; as many copies as there are processors. */
async function judgeAll(mutants: readonly Mutant[]): Promise<Verdict[]> {
  const waiting = [...mutants];
  const verdicts: Verdict[] = [];
  const worker = async (): Promise<void> => {
    const copy = copyProject();
    try {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const verdict = await judge(copy, mutant);
        verdicts.push(verdict);
        process.stderr.write(`${verdict.name}: ${verdict.result}, ${verdict.seconds.toFixed(0)} s\n`);
      }
    } finally {
      copy.remove();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), mutants.length) }, worker));
  return verdicts.sort((a, b) => a.name.localeCompare(b.name));
}

function shown(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, bug, result, seconds, by }) => [name, bug, result, `${seconds.toFixed(0)} s`, by]);
  return `\n${table(['mutant', 'bug', 'result', 'after', 'by'], rows)}\n`;
}

exitWith(main);
