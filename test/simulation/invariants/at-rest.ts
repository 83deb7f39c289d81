import { isFinal } from '../../../src/spec/operation.js';
import type { World } from '../world.js';
import type { Broken } from './all.js';
import { effectsOf } from './effects.js';
import { moved } from './invariant.js';

/** What has to hold once faults have stopped and time has passed; `null` when it does. */
export function brokenAtRest(world: World, contradicted: ReadonlySet<string>, cameToRest: boolean): Broken | null {
  const { tables } = world.store;
  const rows = [...tables.operations.values()].filter(({ kind }) => kind !== 'expectation');
  if (!cameToRest) return { invariant: 'everything comes to rest', how: 'there is always something left to do' };
  const stuck = rows.find(({ state }) => !isFinal(state) && state !== 'needs-review');
  if (stuck !== undefined)
    return { invariant: 'everything comes to rest', how: `${stuck.kind} at ${stuck.scheme} is ${stuck.state}` };
  const nameless = rows.find(({ state, reviewReason }) => state === 'needs-review' && reviewReason === null);
  if (nameless !== undefined) return { invariant: 'what a person has to see says why', how: nameless.kind };
  const leased = rows.find(({ leaseToken }) => leaseToken !== null);
  if (leased !== undefined) return { invariant: 'no lease is left', how: `${leased.kind} is ${leased.state}` };
  if (tables.outbox.length > 0)
    return { invariant: 'every wake-up is published', how: `${tables.outbox.length} are not` };
  return booksAgree(world) ?? breaksAreOpen(world, contradicted);
}

/** Per scheme: our ledger is what the supplier did, but for what a person has before them. */
function booksAgree(world: World): Broken | null {
  const { tables } = world.store;
  const invariant = 'both books are equal';
  for (const { scheme, platform } of world.places) {
    const ours = [...tables.ledger.values()].filter((one) => one.scheme === scheme.id);
    const booked = ours.flatMap(({ entries }) => entries.filter(({ account }) => account === 'member-points'));
    const parked = [...tables.operations.values()].filter(
      (row) => row.scheme === scheme.id && row.state === 'needs-review',
    );
    const open = parked.flatMap((row) => effectsOf(world, row));
    const theirs = total(platform.books.effects.map(({ points }) => points));
    const known = total(booked.map(({ amount }) => amount)) + total(open.map(({ points }) => points));
    if (theirs !== known) return { invariant, how: `${scheme.id}: ${known} points here, ${theirs} there` };
    const unexplained = parked.find(
      (row) => effectsOf(world, row).length > 0 && !EXPLAINED.includes(row.reviewReason ?? ''),
    );
    if (unexplained !== undefined) {
      return {
        invariant,
        how: `${unexplained.kind} at ${scheme.id} was done and waits as ${unexplained.reviewReason ?? ''}`,
      };
    }
  }
  const known = new Set([...tables.operations.values()].map(({ reference }) => reference));
  const stray = world.places.flatMap(({ platform }) =>
    platform.books.effects.filter((one) => !known.has(one.reference)),
  );
  return stray.length === 0 ? null : { invariant, how: 'the supplier did something that is no operation of ours' };
}

/** Reasons for which a person may have to see something that the supplier has done. */
const EXPLAINED: readonly string[] = ['supplier-reference-taken'];

/** What contradicted a final operation is a break, and the operation is as it was. */
function breaksAreOpen({ store }: World, contradicted: ReadonlySet<string>): Broken | null {
  for (const id of contradicted) {
    const row = store.tables.operations.get(id);
    if (row === undefined || !moved(row)) return { invariant: 'late evidence changes nothing', how: 'it did' };
    if (!store.tables.breaks.some(({ operationId }) => operationId === id)) {
      return { invariant: 'late evidence opens a break', how: `none for ${row.kind} at ${row.scheme}` };
    }
  }
  return null;
}

function total(points: readonly number[]): number {
  return points.reduce((sum, one) => sum + one, 0);
}
