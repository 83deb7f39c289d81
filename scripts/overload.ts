import { setTimeout as pause } from 'node:timers/promises';
import { openProgress, type Progress } from '../src/cli/progress.js';
import { type Ground, onGateway } from './on-gateway.js';
import { exitWith } from './exit-with.js';
import {
  lastClosedAt,
  mostInASecond,
  openedAt,
  openOf,
  p99,
  postedP95,
  quickAfter,
  type Stretch,
  writes,
} from './overload/measure.js';
import { type Offered, offerAt } from './overload/offer.js';
import { HELP, type OverloadOptions, readOptions } from './overload/options.js';
import { type Measured, shown, wrongIn } from './overload/outcome.js';
import { boundedSchemes } from './overload/schemes.js';
import { control } from './soak/platform.js';
import { linkTravellers } from './soak/travellers.js';

const FAILING = 'ref-key';
const HANGING = 'ref-lookup';
const SICK = [FAILING, HANGING];
const HEALTHY = ['ref-key-2', 'ref-eventual', 'ref-file'];
const REST_WITHIN_S = 240;
/** As slow as this is as quick as before. */
const SLOWER = 1.5;
/** A call that was on its way when the breaker opened is no probe; the longest takes as long. */
const UNDER_WAY_MS = 2_500;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    console.log(HELP);
    return 0;
  }
  const schemes = boundedSchemes(options.sickPerSecond);
  const progress = openProgress();
  try {
    const measured = await onGateway({ tenants: 2, schemesDir: schemes.folder }, (ground) =>
      overload(ground, options, progress),
    );
    progress.end();
    const wrong = wrongIn(measured, options);
    console.log(options.json ? JSON.stringify({ ...measured, wrong }) : shown(measured));
    for (const line of wrong) console.error(line);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    progress.end();
    schemes.remove();
  }
}

/** What came in each stretch, and what was answered for the failing one while it failed. */
interface Course {
  readonly calm: Stretch;
  readonly sick: Stretch;
  readonly again: Stretch;
  readonly offered: readonly Offered[];
  readonly restedAfterS: number | null;
}

async function overload(ground: Ground, options: OverloadOptions, progress: Progress): Promise<Measured> {
  const { calm, sick, again, offered, restedAfterS } = await run(ground, options, progress);
  const { owner } = ground;
  const opened = await openedAt(owner, FAILING, sick);
  const until = opened?.getTime() ?? Number.POSITIVE_INFINITY;
  const sent = await writes(owner, FAILING, sick);
  const refused = offered.filter(({ status }) => status === 503);
  const closed = await lastClosedAt(owner, SICK, sick.until);
  return {
    calmP95Ms: await postedP95(owner, HEALTHY, calm),
    sickP95Ms: await postedP95(owner, HEALTHY, sick),
    offeredUntilOpen: offered.filter(({ at }) => at <= until).length,
    sentUntilOpen: sent.filter((at) => at <= until).length,
    opened: opened !== null,
    probes: sent.filter((at) => at > until + UNDER_WAY_MS).length,
    refused: refused.length,
    refusalP99Ms: p99(refused.map(({ ms }) => ms)),
    acceptanceP99Ms: p99(offered.filter(({ status }) => status === 202).map(({ ms }) => ms)),
    withoutRetryAfter: refused.filter(({ retryAfter }) => retryAfter === null).length,
    closedAfterS: closed === null ? 0 : (closed.getTime() - sick.until.getTime()) / 1_000,
    wellAfterS: await quickAfter(owner, SICK, again, SLOWER * (await postedP95(owner, SICK, calm))),
    restedAfterS,
    calmPeak: mostInASecond(await writes(owner, FAILING, calm)),
    againPeak: mostInASecond(await writes(owner, FAILING, again)),
  };
}

/** The same load throughout; only the suppliers change. */
async function run({ place, owner, giveUp }: Ground, options: OverloadOptions, progress: Progress): Promise<Course> {
  const { calmSeconds, sickSeconds, againSeconds, sickPerSecond, perSecond } = options;
  progress.show(null, 'linking members');
  const travellers = await linkTravellers(place, giveUp);
  let trips = 20_000_000;
  const offer = offerAt(place, () => (trips += 1));
  const begun = performance.now();
  const ticking = setInterval(() => {
    const seconds = (performance.now() - begun) / 1_000;
    const all = calmSeconds + sickSeconds + againSeconds;
    const now = seconds < calmSeconds ? 'all is well' : seconds < calmSeconds + sickSeconds ? 'two are sick' : 'again';
    progress.show(Math.min(1, seconds / all), now);
  }, 500);
  const load = async (seconds: number): Promise<Offered[]> => {
    const some = [FAILING, HANGING, ...HEALTHY].map((scheme) =>
      offer(
        travellers.filter((one) => one.scheme.id === scheme),
        scheme === FAILING ? sickPerSecond : perSecond,
        seconds,
      ),
    );
    return (await Promise.all(some))[0] ?? [];
  };
  try {
    const calmFrom = new Date();
    await load(calmSeconds);
    const sickFrom = new Date();
    await control(place.sandboxUrl, 'PUT', `${FAILING}/faults`, { rates: { errorBeforeCommit: 1 } });
    await control(place.sandboxUrl, 'PUT', `${HANGING}/faults`, { rates: { hang: 1 } });
    const offered = await load(sickSeconds);
    const wellFrom = new Date();
    for (const scheme of SICK) await control(place.sandboxUrl, 'DELETE', `${scheme}/faults`);
    const again = load(againSeconds).then(() => new Date());
    const [restedAfterS, until] = await Promise.all([atRest({ place, owner, giveUp }, wellFrom), again]);
    return {
      calm: { from: calmFrom, until: sickFrom },
      sick: { from: sickFrom, until: wellFrom },
      again: { from: wellFrom, until },
      offered,
      restedAfterS,
    };
  } finally {
    clearInterval(ticking);
  }
}

/** Seconds until what had waited at both suppliers is at rest. */
async function atRest({ owner, giveUp }: Ground, from: Date): Promise<number | null> {
  for (;;) {
    giveUp.throwIfAborted();
    const open = await openOf(owner, SICK, from);
    const tookS = (Date.now() - from.getTime()) / 1_000;
    if (open === 0) return tookS;
    if (tookS > REST_WITHIN_S) return null;
    await pause(250);
  }
}

exitWith(main);
