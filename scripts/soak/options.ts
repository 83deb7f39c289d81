import { parseArgs } from 'node:util';

/** How a soak is run. Rates are per second; `chaos` leaves out kills, freezes and clocks, `faults` what the suppliers do. */
export interface SoakOptions {
  readonly operations: number;
  readonly queues: readonly ('postgres' | 'redis')[];
  readonly perSecond: number;
  readonly seed: number;
  readonly chaos: 'on' | 'off';
  /** The share of all exchanges at which a supplier misbehaves. */
  readonly faults: number;
  readonly json: boolean;
}

/** The full size of S1 in docs/reliability.md. */
const FULL = 50_000;
/** Spreads the full size over some twelve minutes, so that every kind of kill comes round several times. */
const PER_SECOND = 68;

export const HELP = `Usage: npm run soak -- [--operations ${FULL}] [--queue postgres|redis|both] [--rate ${PER_SECOND}] [--seed 1] [--faults 0.2] [--no-chaos] [--json]

Runs the gateway as real processes against six kinds of simulated supplier, with faults in a fifth of their answers, while its
workers, its API, Redis and PostgreSQL are killed, a worker is frozen and another one's clock jumps. Ends with one table; exits 1
when anything was lost, done twice or left open, or when the books differ.

Example: npm run soak -- --operations 2000 --queue both    a short one on each queue, some three minutes`;

/** Reads the command line; `null` asks for the help. Throws an Error with one line for the user. */
export function readOptions(args: readonly string[]): SoakOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      operations: { type: 'string', default: String(FULL) },
      queue: { type: 'string', default: 'both' },
      rate: { type: 'string', default: String(PER_SECOND) },
      seed: { type: 'string', default: '1' },
      faults: { type: 'string', default: '0.2' },
      chaos: { type: 'boolean', default: true },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  if (values.help) return null;
  return {
    operations: number('operations', values.operations, 10, 1_000_000),
    queues: queues(values.queue),
    perSecond: number('rate', values.rate, 1, 10_000),
    seed: number('seed', values.seed, 0, 2 ** 31),
    chaos: values.chaos ? 'on' : 'off',
    faults: number('faults', values.faults, 0, 0.9),
    json: values.json,
  };
}

function queues(name: string): SoakOptions['queues'] {
  if (name === 'both') return ['postgres', 'redis'];
  if (name === 'postgres' || name === 'redis') return [name];
  throw new Error(`--queue has to be postgres, redis or both, not ${name}`);
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new Error(`--${name} has to be a number from ${least} to ${most}, not ${text}`);
  }
  return value;
}
