import type { Break, Caller, Client, Reconciliation, Resync } from './client.js';
import { AIRLINE, HOTEL, RAILWAY, type Scene } from './scenes.js';
import { leaving, type Stage } from './stage.js';

/** A break as it was found, and how it stood at the end of the story. */
export interface Finding {
  readonly found: Break;
  readonly ended: Break;
}

/** What the sandbox says otherwise in its account of the day than in its books. */
const PLANTED: readonly (readonly [Scene, 'drop-line' | 'change-points' | 'duplicate-line'])[] = [
  [RAILWAY, 'drop-line'],
  [RAILWAY, 'change-points'],
  [AIRLINE, 'duplicate-line'],
];

/** The night: every scheme's day is closed and reconciled, and what is found is healed by a look, or closed by a person. */
export async function tellReconciling(stage: Stage): Promise<Finding[]> {
  const { client, step } = stage;
  const planted = new Set<string>();
  const runs: Reconciliation[] = [];
  for (const scene of [RAILWAY, HOTEL, AIRLINE]) {
    await step('reconcile the closed day', scene, async () => {
      const businessDate = await openDay(client, scene);
      for (const reference of await plant(client, scene, businessDate)) planted.add(reference);
      await client.control('POST', `${scene.scheme}/close-day`, { businessDate });
      const run = await reconciled(client.support, scene, businessDate);
      runs.push(run);
      return `${run.state}: ${counted(run)}, points ours ${run.points.ours}, theirs ${run.points.theirs}`;
    });
  }
  const found = await breaksOf(client.support, runs);
  expectTheSame(new Set(found.map(({ reference }) => reference ?? '')), planted);

  await step('look again: dry run, then resync', RAILWAY, async () => {
    const foretold = came(await resynced(client.support, RAILWAY, 'dry-run'));
    const done = came(await resynced(client.support, RAILWAY, 'run'));
    if (done !== foretold) throw new Error(`the dry run said ${foretold}; the resync came to ${done}`);
    return `${done}, as foretold`;
  });
  for (const { id, kind } of (await breaksOf(client.support, runs)).filter(({ state }) => state === 'open')) {
    await step('close a break by hand', AIRLINE, async () => {
      const body = {
        action: 'resolve',
        reason: 'the line is in the file twice and in the books once, says the supplier',
      };
      const closed = await client.support.post<Break>(`/v1/support/breaks/${id}/actions`, body);
      return `${kind}, which no look-up can tell: ${closed.state}, "${closed.resolution?.reason ?? ''}"`;
    });
  }
  const ended = new Map((await breaksOf(client.support, runs)).map((one) => [one.id, one]));
  return found.map((one) => ({ found: one, ended: ended.get(one.id) ?? one }));
}

async function openDay(client: Client, { scheme }: Scene): Promise<string> {
  const played = await client.control<{ id: string; businessDate: string }[]>('GET', 'schemes');
  const date = played.find(({ id }) => id === scheme)?.businessDate;
  if (date === undefined) throw new Error(`the sandbox does not play ${scheme}`);
  return date;
}

async function plant(client: Client, scene: Scene, businessDate: string): Promise<string[]> {
  const references: string[] = [];
  for (const [, kind] of PLANTED.filter(([where]) => where === scene)) {
    const body = { kind, count: 1, businessDate };
    const answer = await client.control<{ references: string[] }>('POST', `${scene.scheme}/mischief`, body);
    references.push(...answer.references);
  }
  return references;
}

async function reconciled(support: Caller, { scheme }: Scene, businessDate: string): Promise<Reconciliation> {
  const { id } = await support.post<Reconciliation>('/v1/support/reconciliations', { scheme, businessDate });
  const run = await leaving(['waiting', 'overdue', 'running'], () =>
    support.get<Reconciliation>(`/v1/support/reconciliations/${id}`),
  );
  if (run.state !== 'completed' || run.provisional) {
    throw new Error(`the run of ${scheme} is ${run.state}: ${JSON.stringify(run)}`);
  }
  return run;
}

async function breaksOf(support: Caller, runs: readonly Reconciliation[]): Promise<Break[]> {
  const pages = runs.map(({ id }) =>
    support.get<{ items: Break[] }>(`/v1/support/reconciliations/${id}/breaks?limit=200`),
  );
  return (await Promise.all(pages)).flatMap(({ items }) => items);
}

/** Looks again at what is open or disputed at a scheme. */
async function resynced(support: Caller, { scheme }: Scene, how: 'dry-run' | 'run'): Promise<Resync> {
  const body = { scope: { scheme }, dryRun: how === 'dry-run', reason: 'breaks of the night' };
  const { id } = await support.post<Resync>('/v1/support/resyncs', body);
  return leaving(['queued', 'running'], () => support.get<Resync>(`/v1/support/resyncs/${id}`));
}

function came({ state, total, changed, quotaCost, counts }: Resync): string {
  return `${state}: ${total} looked at, ${counts.confirmed} confirmed, ${changed} changed, ${quotaCost} supplier calls`;
}

function counted({ counts }: Reconciliation): string {
  const { lines, ...verdicts } = counts;
  const some = Object.entries(verdicts).filter(([, count]) => count > 0);
  return [`${lines} lines`, ...some.map(([verdict, count]) => `${count} ${words(verdict)}`)].join(', ');
}

/** `oursOnly` is `ours only`. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
}

function expectTheSame(found: ReadonlySet<string>, planted: ReadonlySet<string>): void {
  const missed = [...planted].filter((reference) => !found.has(reference));
  const invented = [...found].filter((reference) => !planted.has(reference));
  if (missed.length + invented.length === 0) return;
  throw new Error(`reconciliation missed ${missed.join(', ') || 'none'} and invented ${invented.join(', ') || 'none'}`);
}
