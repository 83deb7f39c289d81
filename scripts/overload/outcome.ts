import { table } from '../demo/table.js';
import { type OverloadOptions, WELL_WITHIN_S } from './options.js';

/** What an overload came to. `failing` is the supplier that refused every call; percentiles are from acceptance to posted. */
export interface Measured {
  readonly calmP95Ms: number;
  readonly sickP95Ms: number;
  /** Accruals that came for the failing one until its breaker opened, and writes that went to it. */
  readonly offeredUntilOpen: number;
  readonly sentUntilOpen: number;
  readonly opened: boolean;
  /** Writes to the failing one once its breaker was open. */
  readonly probes: number;
  readonly refused: number;
  readonly refusalP99Ms: number;
  /** Of what was taken in, for comparison: a machine that is busy with other things is slow at both. */
  readonly acceptanceP99Ms: number;
  readonly withoutRetryAfter: number;
  /** Until the last breaker of the two closed: how long one stays open after its supplier is well depends on how long it was sick. */
  readonly closedAfterS: number;
  /** Until what came for the two was posted as quickly as before, and stayed so. */
  readonly wellAfterS: number;
  /**
   * Until all that had waited at both was at rest; `null`: not within the time that was waited. What has to be sent again comes out of
   * the retry budget, so that this grows with what was lost.
   */
  readonly restedAfterS: number | null;
  /** Writes to the failing one in any one second: while all was well, and once it was again. */
  readonly calmPeak: number;
  readonly againPeak: number;
}

const RATIO = 1.5;
const SLOWER_BY_MS = 50;
const REFUSED_WITHIN_MS = 100;
const RESENT = 1.1;
const PROBE_EVERY_S = 10;

/** What goes against the bars of G12, in words. */
export function wrongIn(measured: Measured, { sickSeconds }: OverloadOptions): string[] {
  const { calmP95Ms, sickP95Ms, offeredUntilOpen, sentUntilOpen, probes, refusalP99Ms } = measured;
  const recovery = measured.wellAfterS - measured.closedAfterS;
  const slowest = Math.min(calmP95Ms * RATIO, calmP95Ms + SLOWER_BY_MS);
  const bars: [boolean, string][] = [
    [measured.opened, 'the breaker of the failing supplier did not open'],
    [
      sentUntilOpen <= Math.ceil(offeredUntilOpen * RESENT),
      `${sentUntilOpen} sends for ${offeredUntilOpen} accruals before the breaker opened`,
    ],
    [probes <= Math.ceil(sickSeconds / PROBE_EVERY_S), `${probes} sends through an open breaker in ${sickSeconds} s`],
    [sickP95Ms <= slowest, `healthy suppliers took ${sickP95Ms.toFixed(0)} ms instead of ${calmP95Ms.toFixed(0)} ms`],
    [measured.refused > 0, 'nothing was refused although the backlog was bounded'],
    [refusalP99Ms <= REFUSED_WITHIN_MS, `one refusal of 100 took ${refusalP99Ms.toFixed(0)} ms or more`],
    [measured.withoutRetryAfter === 0, `${measured.withoutRetryAfter} refusals had no Retry-After`],
    [recovery <= WELL_WITHIN_S, `served as before only ${after(recovery)} after the last breaker closed`],
    [measured.restedAfterS !== null, 'what had waited did not come to rest'],
    [
      measured.againPeak <= measured.calmPeak * RATIO,
      `${measured.againPeak} sends in a second afterwards, ${measured.calmPeak} before`,
    ],
  ];
  return bars.flatMap(([holds, otherwise]) => (holds ? [] : [otherwise]));
}

export function shown(measured: Measured): string {
  const rows: [string, string][] = [
    [
      'healthy suppliers, 95th percentile to posted',
      `${measured.calmP95Ms.toFixed(0)} ms, beside sick ones ${measured.sickP95Ms.toFixed(0)} ms`,
    ],
    [
      'sends to the failing one until its breaker opened',
      `${measured.sentUntilOpen} for ${measured.offeredUntilOpen} accruals`,
    ],
    ['sends through the open breaker', String(measured.probes)],
    [
      'refused for want of room',
      `${measured.refused}, 99 % within ${measured.refusalP99Ms.toFixed(0)} ms; of those taken in ${measured.acceptanceP99Ms.toFixed(0)} ms`,
    ],
    ['served as before after', `${after(measured.wellAfterS)}, breakers closed after ${after(measured.closedAfterS)}`],
    ['all that had waited at rest after', after(measured.restedAfterS)],
    ['most sends in a second', `${measured.againPeak} afterwards, ${measured.calmPeak} before`],
  ];
  return `\n${table(['overload', ''], rows)}\n`;
}

function after(seconds: number | null): string {
  return seconds === null ? 'more than 120 s' : `${seconds.toFixed(1)} s`;
}
