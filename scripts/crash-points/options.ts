import { parseArgs } from 'node:util';

/** How the run is made. `only` narrows it to points whose names hold one of these texts. */
export interface CrashOptions {
  readonly hits: number;
  readonly queue: 'postgres' | 'redis';
  readonly only: readonly string[];
  readonly json: boolean;
  /** Write the table of docs/crash-points.md and do nothing else. */
  readonly writeDocs: boolean;
}

/** The bar of docs/reliability.md. */
const HITS = 5;

export const HELP = `Usage: npm run crash-points -- [--hits ${HITS}] [--queue postgres] [--only claim,complete] [--json]
       npm run crash-points -- --write-docs

Kills a process of the gateway at every boundary that has a name, under every kind of work that comes by it, has it started again,
and lets everything come to rest. Ends with a table of points and hits; exits 1 when a point was never reached, when something was
lost, done twice or left open, or when the books differ.

  --hits    how often each point is hit at least; with 5 or more every kind of work that comes by it is killed there once
  --queue   postgres, or redis at REDIS_URL
  --only    only the points whose names hold one of these texts
  --json    the table as JSON, in the last line
  --write-docs  write the table of docs/crash-points.md anew, and do nothing else

Example: npm run crash-points -- --hits 1    the short run, a few minutes`;

/** Reads the command line; `null` asks for the help. Throws an Error with one line for the user. */
export function readOptions(args: readonly string[]): CrashOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hits: { type: 'string', default: String(HITS) },
      queue: { type: 'string', default: 'postgres' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const hits = Number(values.hits);
  if (!Number.isInteger(hits) || hits < 1 || hits > 100)
    throw new Error('--hits has to be a whole number from 1 to 100');
  const { queue, only, json } = values;
  if (queue !== 'postgres' && queue !== 'redis') throw new Error(`--queue has to be postgres or redis, not ${queue}`);
  return { hits, queue, only: only.split(',').filter((text) => text !== ''), json, writeDocs: values['write-docs'] };
}
