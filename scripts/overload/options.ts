import { parseArgs } from 'node:util';

/** Seconds of each part, and accruals a second to the one that will fail and to each of the others. */
export interface OverloadOptions {
  readonly calmSeconds: number;
  readonly sickSeconds: number;
  readonly againSeconds: number;
  readonly sickPerSecond: number;
  readonly perSecond: number;
  readonly json: boolean;
}

export const HELP = `Usage: npm run overload -- [--calm 20] [--sick 60] [--rate 50] [--json]

Accrues at five simulated suppliers, always as much; then one of them fails every call and another never answers, and then both are
well again. Sends to the failing one have to stop, the healthy ones may not be slower for it, what is too much is refused at once, and
soon after all has to be as it was, without a rush. Exits 1 when one of these does not hold.

  --calm  seconds in which all is well, which the others are compared with
  --sick  seconds in which two suppliers are not
  --rate  accruals a second for the one that fails; a tenth of that for each of the others
  --json  the outcome as JSON, in the last line

Example: npm run overload -- --calm 10 --sick 20 --rate 20    a short one`;

/** How soon after its breaker has closed a supplier has to be served as it was (docs/reliability.md). */
export const WELL_WITHIN_S = 30;
/** A breaker that was probed in vain for a minute stays open for so long. */
const LONGEST_OPEN_S = 40;
const LOOKED_AT_S = 15;

export function readOptions(args: readonly string[]): OverloadOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calm: { type: 'string', default: '20' },
      sick: { type: 'string', default: '60' },
      rate: { type: 'string', default: '50' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const rate = between('rate', values.rate, 10, 500);
  return {
    calmSeconds: between('calm', values.calm, 5, 600),
    sickSeconds: between('sick', values.sick, 5, 600),
    againSeconds: LONGEST_OPEN_S + WELL_WITHIN_S + LOOKED_AT_S,
    sickPerSecond: rate,
    perSecond: Math.ceil(rate / 10),
    json: values.json,
  };
}

function between(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!(value >= least && value <= most))
    throw new Error(`--${name} has to be a number from ${least} to ${most}, not ${text}`);
  return value;
}
