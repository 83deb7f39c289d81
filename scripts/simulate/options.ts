import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PLANTED, type Planted } from '../../test/simulation/options.js';

/** What the command line asks for. */
export interface Asked {
  readonly seeds: number;
  /** The first seed; the only one when `--seed` was given. */
  readonly from: number;
  readonly steps: number;
  readonly threads: number;
  readonly planted?: Planted;
  readonly trace: boolean;
  readonly json: boolean;
}

interface Parsed extends Omit<Asked, 'from' | 'planted'> {
  readonly seed?: number;
  readonly plant?: Planted;
}

/** Reads the command line; prints help or what is wrong with it, and ends the process then. */
export function readOptions(argv: readonly string[]): Asked {
  const command = new Command('simulate')
    .description(
      'Runs the gateway in one process against simulated suppliers, clients and workers, in virtual time and in an order that the seed\n' +
        'alone decides; checks the invariants after every event, then stops the faults and sees that everything comes to rest.',
    )
    .option('--seeds <count>', 'how many seeds', whole, 1_000)
    .option('--seed <seed>', 'one seed only', whole)
    .option('--steps <count>', 'events with faults, at least; what comes to rest after them comes on top', whole, 100)
    .option('--threads <count>', 'worker threads', whole, availableParallelism())
    .option('--trace', 'print every event; for one seed', false)
    .option('--json', 'print one JSON object', false)
    .addOption(new Option('--plant <fault>', 'plant a fault in our own code').choices(PLANTED))
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  npm run simulate -- --seeds 10000\n' +
        '  npm run simulate -- --seed 77 --steps 100 --trace\n' +
        '  npm run simulate -- --seeds 100 --plant "send again after a timeout"\n',
    )
    .parse([...argv], { from: 'user' });
  const { seed, seeds, plant, ...rest } = command.opts<Parsed>();
  const asked = seed === undefined ? { from: 1, seeds } : { from: seed, seeds: 1 };
  return { ...rest, ...asked, ...(plant === undefined ? {} : { planted: plant }) };
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('has to be a whole number from 1 on');
  return value;
}
