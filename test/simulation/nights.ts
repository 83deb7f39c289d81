import { signedPoints } from '../../src/core/operation/signed-points.js';
import type { ProvenAbsent, ProvenPosted } from '../../src/core/reconcile/ports.js';
import { settle } from '../../src/core/reconcile/settle.js';
import { activityDate } from '../../src/spec/activity.js';
import type { StoredOperation } from './memory-store/tables.js';
import { dateOf, dayOf, lastClosed, settledAt } from './business-days.js';
import { type Place, suppliersOf } from './places.js';
import type { Effect } from './supplier/books.js';
import { processNamed } from './turns.js';
import { through, type World } from './world.js';

/** Closed business days, as platforms that settle give them out, taken as evidence. */
export interface Nights {
  /** When the next day is settled. */
  nextAt(): number;
  /** Settles the days that have ended meanwhile. */
  run(): void;
}

export function createNights(world: World): Nights {
  const { time, store, places, wire, chance, broken } = world;
  const process = processNamed('nightly');
  let closed = lastClosed(time.now());
  const nextAt = (): number => settledAt(closed + 1);
  const operations = through(world, process, store.operations);

  const settlePlace = async (place: Place, day: number): Promise<void> => {
    const proven = { posted: provenPosted(world, place, day), absent: provenAbsent(world, place, day) };
    const supplier = await suppliersOf(places, wire, process).of(place.connectionId);
    await settle({ operations, random: chance.next }, supplier, dateOf(day), proven);
  };
  return {
    nextAt,
    run: () => {
      while (nextAt() <= time.now()) {
        closed += 1;
        for (const place of places.filter(settles)) {
          settlePlace(place, closed).catch((error: unknown) => broken.push(`a night failed: ${String(error)}`));
        }
      }
    },
  };
}

/** Platforms that nobody can ask give out files, and so do some others. */
function settles({ platform: { character } }: Place): boolean {
  return !character.findable || character.lagMs > 2_000;
}

/** A line of our own, for an operation that is open and may have been sent. */
function provenPosted({ store }: World, { platform }: Place, day: number): ProvenPosted[] {
  return linesOf(platform.books.effects, day).flatMap((line) => {
    const row = [...store.tables.operations.values()].find(({ reference }) => reference === line.reference);
    if (row === undefined || row.nextActionAt === null || !mayHaveBeenSent(row)) return [];
    const { tenantId, id: operationId } = row;
    const matches = kindOf(line) === row.kind && line.points === signedPoints(row);
    return [{ tenantId, operationId, supplierReference: line.supplierReference, matches }];
  });
}

/** Every day from the first send to the one after the last is closed, and none has a line of it. */
function provenAbsent({ store, options }: World, { platform, connectionId }: Place, closed: number): ProvenAbsent[] {
  const lined = new Set(
    platform.books.effects.filter(({ at }) => dayOf(at) <= closed).map(({ reference }) => reference),
  );
  const enough = (row: StoredOperation): boolean => {
    if (options.planted === 'believe an open day') return true;
    const trip = row.activity === null ? 0 : dayOf(Date.parse(activityDate(row.activity)));
    return Math.max(dayOf(row.lastSentAt ?? 0), trip) + 1 <= closed;
  };
  return [...store.tables.operations.values()]
    .filter((row) => row.connectionId === connectionId && row.nextActionAt !== null && mayHaveBeenSent(row))
    .filter(({ firstSentAt, lastSentAt }) => firstSentAt !== null && lastSentAt !== null)
    .filter(({ state, reviewReason }) => state === 'unknown' || AWAITS.includes(reviewReason ?? ''))
    .filter((row) => !lined.has(row.reference) && enough(row))
    .map(({ tenantId, id: operationId, attempts }) => ({ tenantId, operationId, attempts }));
}

const AWAITS: readonly string[] = ['awaiting-file', 'look-ups-exhausted'];

function linesOf(effects: readonly Effect[], day: number): Effect[] {
  return effects.filter(({ verb, at }) => verb !== 'hold' && verb !== 'release' && dayOf(at) === day);
}

function kindOf({ verb }: Effect): string {
  return verb === 'confirm' ? 'redemption' : verb;
}

/** Of a redemption only the confirm spends. */
function mayHaveBeenSent({ everSent, state, kind, step }: StoredOperation): boolean {
  const sent = everSent || state === 'sending' || state === 'confirming';
  return sent && (kind !== 'redemption' || step === 'confirm');
}
