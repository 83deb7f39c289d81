import { setTimeout as pause } from 'node:timers/promises';
import { seededConnectionId } from '../../src/compose/seed.js';
import { patience } from './patience.js';
import { accepted, accrue, type Work } from './work-operations.js';
import type { World } from './world.js';

/** What runs and resyncs answer. */
interface Resting {
  readonly id: string;
  readonly state: string;
}

/** Reads until it rests; throws unless it rests completed. */
async function completed({ support, place }: World, path: string): Promise<void> {
  const waiting = patience(place.deaths);
  for (;;) {
    const { state } = await support.get<Resting>(path);
    if (state === 'completed') return;
    if (['failed', 'quarantined'].includes(state) || waiting.isOver()) throw new Error(`${path}: ${state}`);
    await pause(100);
  }
}

/** The open business day of a scheme. */
async function openDay(world: World, scheme: string): Promise<string> {
  const played = await world.control<{ id: string; businessDate: string }[]>('GET', 'schemes');
  const day = played.find(({ id }) => id === scheme)?.businessDate;
  if (day === undefined) throw new Error(`the sandbox does not play ${scheme}`);
  return day;
}

/** Closes the open day and reconciles it; answers the run's id. */
export async function reconcileToday(world: World, scheme: string): Promise<string> {
  const businessDate = await openDay(world, scheme);
  await world.control('POST', `${scheme}/close-day`, { businessDate });
  return reconcileDay(world, scheme, businessDate);
}

async function reconcileDay(world: World, scheme: string, businessDate: string): Promise<string> {
  const body = { scheme, businessDate };
  const run = await world.support.post<Resting>('/v1/support/reconciliations', body, `run-${world.next()}`);
  if (run.status >= 300) throw new Error(`a run was refused: ${run.status} ${JSON.stringify(run.body)}`);
  await completed(world, `/v1/support/reconciliations/${run.body.id}`);
  return run.body.id;
}

/** A closed day with an accrual, of one scheme after the other: a supplier's books may be a month ahead of the calendar, no more. */
export const reconcile =
  (schemes: readonly string[]): Work =>
  async (world) => {
    const scheme = schemes[world.next() % schemes.length] ?? '';
    const { id } = await accepted(world, scheme);
    await world.until(id, ['posted', 'submitted']);
    await reconcileToday(world, scheme);
  };

/** A name under a closed day; signing again is signing once. */
export const signOff =
  (scheme: string): Work =>
  async (world) => {
    const id = await world.once(`close ${scheme}`, () => reconcileToday(world, scheme));
    const body = { reason: 'nothing is missing' };
    const key = `sign-${world.next()}`;
    const signed = await world.support.post(`/v1/support/reconciliations/${id}/sign-off`, body, key);
    if (signed.status >= 300) throw new Error(`signing was refused: ${signed.status} ${JSON.stringify(signed.body)}`);
  };

/** The job of the night, as the queue's own clock brings it. */
export const night =
  (scheme: string): Work =>
  async ({ nights }) => {
    const queue = nights.queue('nightly');
    queue.on('error', () => undefined);
    const job = { name: 'night', data: { connectionId: seededConnectionId(scheme) }, opts: {} } as const;
    await queue.addBulk([job]).finally(() => queue.close());
    await pause(500);
  };

/** All that was ever sent for one link, and its account. */
export const resync =
  (scheme: string): Work =>
  async (world) => {
    await accrue(scheme)(world);
    const body = { scope: { linkId: world.linkOf(scheme) }, reason: 'a traveller asks' };
    const asked = await world.support.post<Resting>('/v1/support/resyncs', body, `resync-${world.next()}`);
    if (asked.status === 422) return;
    await completed(world, `/v1/support/resyncs/${asked.body.id}`);
  };

/** Posted the night after, and told by the supplier's push. */
export const pushed =
  (scheme: string): Work =>
  async (world) => {
    const { id } = await accepted(world, scheme);
    // Once a night was, the sandbox makes up for what came after it.
    await world.once(`night ${scheme}`, () => world.control('POST', `${scheme}/close-day`, {}));
    await world.until(id, ['posted']);
  };
