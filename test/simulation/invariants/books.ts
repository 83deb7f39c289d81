import { signedPoints } from '../../../src/core/operation/signed-points.js';
import type { Invariant } from './invariant.js';
import { moved } from './invariant.js';

/** 2 and 4, our side: exactly one transaction for what moves points and has, none for anything else. */
export const bookedAsEnded: Invariant = {
  name: 'one ledger transaction if and only if posted or confirmed',
  check: ({ store }, { rows }) => {
    const wrong = rows.find(({ row }) => store.tables.ledger.has(row.id) !== moved(row))?.row;
    return wrong === undefined ? null : `${wrong.kind} is ${wrong.state} and ${moved(wrong) ? 'not ' : ''}booked`;
  },
};

/** 3: entries sum to zero, amounts are whole numbers, and the member is given what was asked for. */
export const ledgerBalances: Invariant = {
  name: 'ledger entries are whole numbers and sum to zero',
  check: ({ store }, { ledger }) => {
    for (const { operationId, entries } of ledger) {
      const row = store.tables.operations.get(operationId);
      const sum = entries.reduce((all, { amount }) => all + amount, 0);
      const whole = entries.every(({ amount }) => Number.isSafeInteger(amount) && amount !== 0);
      if (sum !== 0 || !whole || entries.length < 2) return `a transaction with entries of ${sum} in all`;
      const member = entries.find(({ account }) => account === 'member-points');
      if (row === undefined || member?.amount !== signedPoints(row)) return 'a transaction of other points than asked';
    }
    return null;
  },
};

/** 8, the caps: what is taken back never exceeds what was given. */
export const caps: Invariant = {
  name: 'reversals and refunds never exceed their original',
  check: ({ store }, { rows }) => {
    for (const { row } of rows) {
      const original = row.originalId === null ? undefined : store.tables.operations.get(row.originalId);
      if (original === undefined) continue;
      const taken = [...store.tables.operations.values()]
        .filter((one) => one.originalId === original.id && one.state !== 'rejected' && one.state !== 'cancelled')
        .reduce((sum, { points }) => sum + points, 0);
      if (taken > original.points + original.bonusPoints) return `${taken} points of ${original.points} taken back`;
      if (!moved(original)) return `a ${row.kind} of what is ${original.state}`;
    }
    return null;
  },
};

/** A reservation is open exactly while its redemption is, and ends as that does. */
export const reservations: Invariant = {
  name: 'a reservation is open while its redemption is',
  check: ({ store }, { rows }) => {
    for (const { row } of rows) {
      if (row.kind !== 'redemption') continue;
      const reservation = store.tables.reservations.get(row.id);
      if ((row.hold?.kind === 'soft') !== (reservation !== undefined)) return 'a soft hold without its reservation';
      const should = row.state === 'confirmed' ? 'spent' : row.nextActionAt === null ? 'freed' : null;
      if (reservation !== undefined && reservation.outcome !== should) return `${row.state}, and the points are kept`;
    }
    return null;
  },
};

/** 12: a supplier reference is one operation's per scheme. */
export const receiptsAreUnique: Invariant = {
  name: 'a supplier reference is unique per scheme',
  check: ({ store }, { rows }) => {
    const { operations, receipts } = store.tables;
    for (const { row } of rows) {
      if (row.supplierReference === null) continue;
      if (receipts.get(`${row.scheme}|${row.supplierReference}`)?.operationId !== row.id) {
        return `${row.supplierReference} is held by two operations, or by none`;
      }
      for (const one of operations.values()) {
        const same = one.scheme === row.scheme && one.supplierReference === row.supplierReference;
        if (same && one.id !== row.id) return `${row.supplierReference} is two operations'`;
      }
    }
    return null;
  },
};
