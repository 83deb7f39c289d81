import type { World } from '../world.js';
import { bookedAsEnded, caps, ledgerBalances, receiptsAreUnique, reservations } from './books.js';
import {
  absenceIsTrue,
  effectAsEnded,
  effectOnce,
  expectationsAreNotSent,
  nothingSentWhileUnknown,
  sentUnderLease,
} from './effects.js';
import type { Invariant } from './invariant.js';
import { actsAreSigned, endsOnce, eventsReplay, nothingIsForgotten, pivotHolds, tenantsAgree } from './progress.js';
import { type Changes, changesOf } from './seen.js';

const INVARIANTS: readonly Invariant[] = [
  effectOnce,
  effectAsEnded,
  bookedAsEnded,
  ledgerBalances,
  sentUnderLease,
  nothingSentWhileUnknown,
  absenceIsTrue,
  eventsReplay,
  endsOnce,
  pivotHolds,
  caps,
  reservations,
  nothingIsForgotten,
  tenantsAgree,
  receiptsAreUnique,
  actsAreSigned,
  expectationsAreNotSent,
];

/** An invariant that does not hold any more. */
export interface Broken {
  readonly invariant: string;
  readonly how: string;
}

/** Looks at everything that has changed since the last look. */
export function watch(world: World): () => { readonly changes: Changes; readonly broken: Broken | null } {
  const next = changesOf(world);
  return () => {
    const changes = next();
    const [unexpected] = world.broken;
    if (unexpected !== undefined) {
      return { changes, broken: { invariant: 'every answer is kept, and nothing fails on our side', how: unexpected } };
    }
    for (const { name, check } of INVARIANTS) {
      const how = check(world, changes);
      if (how !== null) return { changes, broken: { invariant: name, how } };
    }
    return { changes, broken: null };
  };
}
