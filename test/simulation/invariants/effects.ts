import type { OperationKind } from '../../../src/spec/operation.js';
import { isFinal } from '../../../src/spec/operation.js';
import { ended, type Invariant, moved } from './invariant.js';
import type { StoredOperation } from '../memory-store/tables.js';
import type { Effect, Verb } from '../supplier/books.js';
import { placeOf, type World } from '../world.js';

const VERBS: Readonly<Partial<Record<OperationKind, Verb>>> = {
  accrual: 'accrual',
  reversal: 'reversal',
  redemption: 'confirm',
  refund: 'refund',
};

/** What a supplier did for an operation that counts: for a redemption, that the points were spent. */
export function effectsOf(world: World, row: Pick<StoredOperation, 'kind' | 'scheme' | 'reference'>): Effect[] {
  const verb = VERBS[row.kind];
  return placeOf(world, row.scheme).platform.books.effects.filter(
    (effect) => effect.reference === row.reference && effect.verb === verb,
  );
}

/** 1: at most one effect at the supplier per reference and kind. */
export const effectOnce: Invariant = {
  name: 'at most one effect at the supplier per reference and kind',
  check: (world, { effects }) => {
    const twice = effects.find(({ scheme, reference, verb }) => {
      const all = placeOf(world, scheme).platform.books.effects;
      return all.filter((one) => one.reference === reference && one.verb === verb).length > 1;
    });
    return twice === undefined ? null : `a ${twice.verb} was done twice at ${twice.scheme}`;
  },
};

/** 2 and 4, the supplier's side: what ended well had its effect and nothing else has one, whenever that comes. */
export const effectAsEnded: Invariant = {
  name: 'an operation has ended as the supplier has it',
  check: (world, { rows, effects }) => {
    const touched = rows.map(({ row }) => row);
    for (const { reference } of effects) {
      const row = [...world.store.tables.operations.values()].find((one) => one.reference === reference);
      if (row !== undefined) touched.push(row);
    }
    for (const row of touched.filter(({ state }) => isFinal(state))) {
      const count = effectsOf(world, row).length;
      if (moved(row) && count !== 1) return `${row.kind} is ${row.state}, and the supplier did it ${count} times`;
      if (ended(row) && count !== 0) return `${row.kind} is ${row.state}, and the supplier has done it`;
    }
    return null;
  },
};

/** "Not found" may be believed only of what was not done. */
export const absenceIsTrue: Invariant = {
  name: 'nothing is proven absent that was done',
  check: (world, { rows }) => {
    for (const { before, row } of rows) {
      if (before === null || before.evidence === row.evidence || !saysAbsent(row.evidence)) continue;
      if (effectsOf(world, row).length > 0) return `${row.kind} at ${row.scheme} was taken for absent`;
    }
    return null;
  },
};

/** 5: a send has its attempt, under a lease that still holds; one attempt sends once. */
export const sentUnderLease: Invariant = {
  name: 'a send happens with a committed attempt and under a live lease',
  check: (world, { departures }) => {
    const { operations } = world.store.tables;
    for (const { reference, verb } of departures) {
      const row = [...operations.values()].find((one) => one.reference === reference);
      if (row === undefined) return `${verb} was sent for no operation`;
      const sends = world.departures.filter((one) => one.reference === reference).length;
      if (sends > row.attempts) return `${row.kind} was sent ${sends} times with ${row.attempts} attempts`;
      if (OPEN_AGAIN.includes(row.state)) return `${row.kind} was sent while ${row.state}`;
      const leased = row.leaseUntil !== null && row.leaseUntil > world.time.now();
      if (UNDER_WAY.includes(row.state) && !leased) return `${row.kind} was sent under a lease that had lapsed`;
    }
    return null;
  },
};

const UNDER_WAY: readonly string[] = ['sending', 'holding', 'confirming', 'releasing'];
const OPEN_AGAIN: readonly string[] = ['unknown', 'queued', 'requested', 'held', 'scheduled'];

/** 6: while an outcome is unknown nothing is sent but the same again to a supplier that knows keys. */
export const nothingSentWhileUnknown: Invariant = {
  name: 'no send while the outcome is unknown, but the same of a key',
  check: (world, { rows, attempts }) => {
    for (const { operationId, action } of attempts) {
      const change = rows.find(({ row }) => row.id === operationId);
      if (change === undefined || action === 'look-up') continue;
      const { row, before } = change;
      const { keyed } = placeOf(world, row.scheme).platform.character;
      if (action === 'repeat' && !keyed) return `${row.kind} was repeated at ${row.scheme}, which knows no keys`;
      const open = before?.state === 'unknown' || before?.state === 'needs-review';
      if (action === 'send' && open) return `${row.kind} was sent while ${before.state}`;
    }
    return null;
  },
};

/** 16: an expectation has no attempt. */
export const expectationsAreNotSent: Invariant = {
  name: 'an expectation has no attempt',
  check: ({ store }, { attempts }) => {
    const sent = attempts.find(({ operationId }) => store.tables.operations.get(operationId)?.kind === 'expectation');
    return sent === undefined ? null : `an expectation was claimed to ${sent.action}`;
  },
};

function saysAbsent(evidence: unknown): boolean {
  return typeof evidence === 'object' && evidence !== null && 'absent' in evidence;
}
