import { isFinal, type OperationState } from '../../../src/spec/operation.js';
import type { Invariant } from './invariant.js';

const DAY_MS = 86_400_000;
/** A day, with the jitter of schedules. */
const LOOKED_AT_WITHIN_MS = 1.25 * DAY_MS;
/** These wait for a date of their own. */
const OWN_DATE: readonly string[] = ['scheduled', 'held', 'expected'];

/** 7: final states never change, versions rise by one, and the events replay to the present state. */
export const eventsReplay: Invariant = {
  name: 'final states never change, and events replay to the present state',
  check: ({ store }, { rows, events }) => {
    const { operations } = store.tables;
    const states = new Map(
      rows.map(({ before, row }) => [row.id, { state: before?.state ?? null, version: before?.version ?? 0 }]),
    );
    for (const { subjectId, from, to, sequence } of events) {
      const at = states.get(subjectId);
      if (at === undefined) return 'an event of an operation that did not change';
      if (at.state !== from || sequence !== at.version + 1)
        return `an event ${from ?? 'none'} to ${to} after ${at.state ?? 'none'}`;
      if (from !== null && isFinal(from)) return `what was ${from} became ${to}`;
      states.set(subjectId, { state: to as OperationState, version: sequence });
    }
    for (const [id, { state, version }] of states) {
      const row = operations.get(id);
      if (row?.state !== state || row.version !== version)
        return `${row?.kind ?? ''} is ${row?.state ?? ''} without an event`;
    }
    return null;
  },
};

/** 8: confirmed and released never meet, nor any two ends. */
export const endsOnce: Invariant = {
  name: 'confirmed and released never both',
  check: ({ store }, { events }) => {
    for (const { subjectId, to } of events.filter((event) => isFinal(event.to as OperationState))) {
      const ends = store.tables.events.filter(
        (one) => one.subjectId === subjectId && isFinal(one.to as OperationState),
      );
      if (ends.length > 1) return `an operation ended ${ends.map((one) => one.to).join(' and ')}, lately ${to}`;
    }
    return null;
  },
};

/** The pivot: from a confirm on nothing lets go of points but the supplier's word. */
export const pivotHolds: Invariant = {
  name: 'after a confirm was begun nothing releases but what the supplier said',
  check: (_world, { events }) => {
    for (const { from, to, evidence } of events) {
      if (from === 'confirming' && ['requested', 'releasing', 'released'].includes(to))
        return `confirming became ${to}`;
      const by = typeof evidence === 'object' && evidence !== null && 'by' in evidence ? evidence['by'] : null;
      if (from === 'unknown' && to === 'released' && (by === 'platform' || by === null))
        return 'released while unknown';
    }
    return null;
  },
};

/** 9: what is not final has a next action, within a day or at its own date; a wake-up has a time. */
export const nothingIsForgotten: Invariant = {
  name: 'what is not final has a next action in time',
  check: ({ store, time }, { rows }) => {
    for (const { row } of rows) {
      const { state, nextActionAt } = row;
      if (isFinal(state) !== (nextActionAt === null))
        return `${state} with ${nextActionAt === null ? 'no' : 'a'} next action`;
      const left = (nextActionAt?.getTime() ?? 0) - time.now();
      if (left > LOOKED_AT_WITHIN_MS && !OWN_DATE.includes(state)) return `${state} is left alone for more than a day`;
    }
    const lost = store.tables.outbox.find(({ operationId }) => !store.tables.operations.has(operationId));
    return lost === undefined ? null : 'a wake-up of nothing';
  },
};

/** 11: operation, event, attempt and booking are one tenant's. */
export const tenantsAgree: Invariant = {
  name: 'the tenants of operation, event, attempt and ledger agree',
  check: ({ store }, { rows, events, attempts, ledger }) => {
    const { operations, links } = store.tables;
    const parts = [
      ...events.map(({ subjectId, tenantId }) => ({ id: subjectId, tenantId })),
      ...[...attempts, ...ledger].map(({ operationId, tenantId }) => ({ id: operationId, tenantId })),
    ];
    const wrong = parts.find(({ id, tenantId }) => operations.get(id)?.tenantId !== tenantId);
    const linked = rows.find(({ row }) => links.get(row.linkId)?.row.tenantId !== row.tenantId);
    return wrong === undefined && linked === undefined ? null : 'two tenants in one operation';
  },
};

/** 14: what a person did has an actor, a reason, a before and an after. */
export const actsAreSigned: Invariant = {
  name: 'a manual act has an actor, a reason, a before and an after',
  check: (_world, { events }) => {
    for (const { from, to, evidence } of events) {
      if (typeof evidence !== 'object' || evidence === null || !('by' in evidence) || evidence['by'] !== 'person')
        continue;
      if (!('actor' in evidence) || !('reason' in evidence) || from === null) return `somebody made ${to} of it`;
    }
    return null;
  },
};
