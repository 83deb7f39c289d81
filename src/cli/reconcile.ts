import type { Caller } from '../core/access/caller.js';
import type { RunView } from '../core/reconcile/reconciliations.js';
import { EXIT } from '../process/start-refused.js';
import { fromTypeId } from '../spec/typeid.js';
import { askUntil } from './ask-until.js';
import {
  type GatewayDoor,
  inWords,
  INTERRUPTED,
  newRequest,
  openDoor,
  OPERATOR,
  operatorAs,
  tenantNamed,
} from './gateway-door.js';
import { openProgress } from './progress.js';
import { asText, reportOn } from './reconcile-report.js';
import type { Verb } from './verb.js';

/** `interline reconcile`. */
export const reconcile: Verb = {
  name: 'reconcile',
  summary: "hold a day's settlement of a scheme against our books",
  description:
    "Takes in the supplier's settlement of a day, posted in the scheme's own time zone, and holds it against our " +
    'books, over all tenants of the connection. The same day again asks for its settlement again: the same bytes ' +
    'change nothing. Exits 0 when no break is open, 1 when some are, 2 when it failed or the settlement is not to be ' +
    'believed, 75 when there is none yet. Ctrl-C leaves it to be gone on with, by a worker or by the same command.',
  example: {
    command: 'interline reconcile china-railway --date 2026-11-21',
    purpose: "yesterday's settlement, and the breaks it opens or closes",
  },
  arguments: [{ name: 'scheme', description: 'the scheme, as `interline schemes` lists it' }],
  options: [
    {
      flags: '--date <yyyy-mm-dd>',
      description: "the day on which the supplier posted, in the scheme's zone",
      presence: 'required',
    },
    { flags: '--tenant <name or id>', description: "that tenant's own connection instead of the shared one" },
  ],
  failure: 2,
  act: async ({ environment, json, given }) => {
    const [scheme, businessDate] = [given['scheme'] as string, given['date'] as string];
    const named = given['tenant'] as string | undefined;
    const door = await openDoor(environment);
    try {
      const owner = named === undefined ? OPERATOR : tenantNamed(door.tenants, named).id;
      const run = await carryOut(door, operatorAs(owner), { scheme, businessDate });
      if (run === null) return INTERRUPTED;
      const report = await reportOn(door, run);
      console.log(json ? JSON.stringify(report, null, 2) : asText(report));
      return exitCodeOf(report.run);
    } catch (error) {
      throw inWords(error);
    } finally {
      await door.close();
    }
  },
};

/** Another process may be asking for the input just now. */
const WAIT_FOR_INPUT_MS = 5_000;

/** Opens the run and goes on with it until it is at rest or has no input yet; `null` when interrupted. */
async function carryOut(
  { gateway, connections }: GatewayDoor,
  caller: Caller,
  input: { readonly scheme: string; readonly businessDate: string },
): Promise<RunView | null> {
  const { reconciliations, runners } = gateway;
  const answer = await reconciliations.open(caller, input, newRequest());
  let run = JSON.parse(answer.body) as RunView;
  const ofScheme = connections.filter(({ scheme }) => scheme === input.scheme);
  const own = ofScheme.find(({ tenantId }) => tenantId === caller.tenantId);
  const connection = own ?? ofScheme.find(({ tenantId }) => tenantId === null);
  const progress = openProgress();
  const giveUpAt = performance.now() + WAIT_FOR_INPUT_MS;
  const ended = await askUntil(async () => {
    const id = fromTypeId('rcn', run.supersededBy ?? run.id) ?? '';
    await runners.reconcile.wake(connection?.id ?? '', [{ tenantId: connection?.tenantId ?? OPERATOR, id }]);
    run = await reconciliations.get(caller, id);
    progress.show(null, `${input.scheme} ${input.businessDate}: ${run.state}`);
    const gaveUp = (run.state === 'waiting' || run.state === 'overdue') && performance.now() > giveUpAt;
    return run.supersededBy === null && (run.finishedAt !== null || gaveUp) ? run : null;
  });
  progress.end();
  if (ended === null) process.stderr.write(`interrupted; a worker or the same command goes on with ${run.id}\n`);
  return ended;
}

function exitCodeOf({ state, openBreaks }: RunView): number {
  switch (state) {
    case 'completed':
      return openBreaks > 0 ? 1 : 0;
    case 'waiting':
    case 'overdue':
      return EXIT.temporary;
    case 'running':
    case 'quarantined':
    case 'failed':
      return 2;
    default:
      return state satisfies never;
  }
}
