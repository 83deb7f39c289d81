import type { Caller } from '../core/access/caller.js';
import type { ResyncItemView, ResyncScope, ResyncView, StartResync } from '../core/resync/resyncs.js';
import { LOOK_RESULTS } from '../core/resync/resyncs.js';
import { fromTypeId, type IdPrefix } from '../spec/typeid.js';
import { askUntil } from './ask-until.js';
import {
  type GatewayDoor,
  inWords,
  INTERRUPTED,
  newRequest,
  openDoor,
  operatorAs,
  tenantNamed,
} from './gateway-door.js';
import { openProgress, type Progress } from './progress.js';
import { table } from './table.js';
import type { Given, Verb } from './verb.js';

/** `interline resync`. */
export const resync: Verb = {
  name: 'resync',
  summary: "look again at a tenant's operations and links at their suppliers",
  description:
    'Looks again, now, and never sends again. Looks at the operations named, at everything sent for a link (and its ' +
    'account) or accepted in a time, or, for a scheme alone, at what is open there and what reconciliation disputes; ' +
    'what several options name has to fit all of them. Exits 0, or 1 when a supplier says otherwise than our books, ' +
    '2 when it failed. Ctrl-C leaves it to be gone on with, by a worker or by the same command.',
  example: {
    command: "interline resync --scheme china-railway --dry-run --reason 'answers lost since noon'",
    purpose: 'what would change, and how many calls it would cost',
  },
  options: [
    {
      flags: '--scheme <scheme>',
      description: 'what is open or disputed at a scheme; beside others, only what is of it',
    },
    { flags: '--link <id>', description: 'a link: what was sent for it, and its account' },
    { flags: '--operation <id...>', description: 'operations' },
    { flags: '--from <time>', description: 'accepted from then on; a day is its midnight in UTC' },
    { flags: '--to <time>', description: 'accepted before' },
    { flags: '--dry-run', description: 'look and tell what would change; change nothing' },
    { flags: '--reason <text>', description: 'why, for the audit', presence: 'required' },
    { flags: '--tenant <name or id>', description: 'whose, where there are several' },
  ],
  failure: 2,
  act: async ({ environment, json, given }) => {
    const input = readInput(given);
    const door = await openDoor(environment);
    try {
      const caller = operatorAs(tenantNamed(door.tenants, given['tenant'] as string | undefined).id);
      const view = await carryOut(door, caller, input);
      if (view === null) return INTERRUPTED;
      const items = await itemsOf(door, caller, view);
      console.log(json ? JSON.stringify({ resync: view, items }, null, 2) : asText(view, items));
      if (view.state === 'failed') return 2;
      return view.counts.differs > 0 ? 1 : 0;
    } catch (error) {
      throw inWords(error);
    } finally {
      await door.close();
    }
  },
};

function readInput(given: Given): StartResync {
  const operations = given['operation'] as readonly string[] | undefined;
  const scope: ResyncScope = {
    scheme: given['scheme'] as string | undefined,
    linkId: given['link'] === undefined ? undefined : uuidOf('lnk', '--link', given['link'] as string),
    operationIds: operations?.map((id) => uuidOf('op', '--operation', id)),
    from: given['from'] as string | undefined,
    to: given['to'] as string | undefined,
  };
  const reason = (given['reason'] as string).trim();
  if (reason === '') throw new Error('--reason says nothing');
  return { scope, dryRun: given['dryRun'] === true, reason };
}

function uuidOf(prefix: IdPrefix, option: string, id: string): string {
  const uuid = fromTypeId(prefix, id);
  if (uuid === null) throw new Error(`${option} takes an id that begins with ${prefix}_, not ${id}`);
  return uuid;
}

/** Starts it and goes on with it until it is at rest, whether or not a worker helps; `null` when interrupted. */
async function carryOut({ gateway }: GatewayDoor, caller: Caller, input: StartResync): Promise<ResyncView | null> {
  const { resyncs, runners } = gateway;
  const answer = await resyncs.start(caller, input, newRequest());
  const accepted = JSON.parse(answer.body) as ResyncView;
  const id = fromTypeId('rsy', accepted.id) ?? '';
  const progress = openProgress();
  const view = await askUntil(async () => {
    await runners.resync.wake([{ tenantId: caller.tenantId, id }]);
    const seen = await resyncs.get(caller, id);
    show(progress, seen);
    return seen.finishedAt === null ? null : seen;
  });
  progress.end();
  if (view === null) process.stderr.write(`interrupted; a worker or the same command goes on with ${accepted.id}\n`);
  return view;
}

function show(progress: Progress, { done, total, changed, quotaCost, dryRun }: ResyncView): void {
  const would = dryRun ? 'would change' : 'changed';
  progress.show(done / total, `${done} of ${total} looked at, ${changed} ${would}, ${quotaCost} calls`);
}

async function itemsOf({ gateway }: GatewayDoor, caller: Caller, view: ResyncView): Promise<ResyncItemView[]> {
  const id = fromTypeId('rsy', view.id) ?? '';
  const items: ResyncItemView[] = [];
  let cursor: string | undefined;
  do {
    const page = await gateway.resyncs.items(caller, id, { limit: 200, cursor });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}

/** More than a screen is for programs. */
const SHOWN = 40;

function asText(view: ResyncView, items: readonly ResyncItemView[]): string {
  const counted = LOOK_RESULTS.filter((result) => view.counts[result] > 0).map((result) => [
    result,
    String(view.counts[result]),
  ]);
  const listed = items
    .slice(0, SHOWN)
    .map(({ operationId, linkId, result, from, to }) => [
      operationId ?? `account of ${linkId}`,
      result,
      from === to ? (from ?? '') : `${from ?? ''} -> ${to ?? ''}`,
    ]);
  const more = items.length > SHOWN ? [`and ${items.length - SHOWN} more; --json lists all`] : [];
  return [
    `${view.id} ${view.state}${view.dryRun ? ' (dry run, nothing was changed)' : ''}`,
    `looked at ${view.done} of ${view.total}; ${view.changed} ${view.dryRun ? 'would change' : 'changed'}; ` +
      `${view.quotaCost} calls out of the quota's lane ${view.lane}`,
    '',
    table(['result', 'count'], counted),
    ...(listed.length === 0 ? [] : ['', table(['what', 'result', 'state'], listed)]),
    ...more,
  ].join('\n');
}
