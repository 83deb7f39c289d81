import type { Caller } from '../../src/core/access/caller.js';
import type { Answer, IdempotentRequest } from '../../src/core/answer.js';
import { Problem } from '../../src/core/problem.js';
import type { Reconciliations } from '../../src/core/reconcile/reconciliations.js';
import type { Resyncs } from '../../src/core/resync/resyncs.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { accountItemView, bareBreakView, breakView, finishedRunView, resyncItemView } from './support-views.js';
import { resyncView, runView } from './support-views.js';

export const RUN = '01976a40-0000-7000-8000-000000000005';
export const BREAK = '01976a40-0000-7000-8000-000000000008';
export const RESYNC = '01976a40-0000-7000-8000-000000000009';
export const RUN_ID = toTypeId('rcn', RUN);
export const BREAK_ID = toTypeId('brk', BREAK);
export const RESYNC_ID = toTypeId('rsy', RESYNC);

/** Notes what a use case was asked. */
export type Note = (name: string, input: unknown) => void;
/** Runs once for a tenant's key, and gives the same answer from then on. */
export type Once = (caller: Caller, request: IdempotentRequest, run: () => Answer) => Answer;

const RUN_PLACE = `/v1/support/reconciliations/${RUN_ID}`;
const RESYNC_PLACE = `/v1/support/resyncs/${RESYNC_ID}`;

/** Use cases that know one run with its breaks. */
export function fakeReconciliations(once: Once, note: Note): Reconciliations {
  return {
    open: async (caller, input, request) => {
      note('open', input);
      return once(caller, request, () => accepted(runView, RUN_PLACE));
    },
    get: async (_caller, id) => {
      known(id, RUN);
      return finishedRunView;
    },
    breaks: async (_caller, id, filter, page, language) => {
      known(id, RUN);
      note('breaks', { filter, page, language });
      return { items: [breakView, bareBreakView], next: 'bmV4dA' };
    },
    act: async (caller, input, request, language) => {
      note('act', { ...input, language });
      known(input.breakId, BREAK);
      return once(caller, request, () => accepted(breakView, input.action === 'look-up' ? RESYNC_PLACE : RUN_PLACE));
    },
    signOff: async (caller, id, reason, request) => {
      note('signOff', { id, reason });
      known(id, RUN);
      return once(caller, request, () => accepted(finishedRunView, RUN_PLACE));
    },
  };
}

/** Use cases that know one resync. */
export function fakeResyncs(once: Once, note: Note): Resyncs {
  return {
    start: async (caller, input, request) => {
      note('start', input);
      return once(caller, request, () => accepted(resyncView, RESYNC_PLACE));
    },
    get: async (_caller, id) => {
      known(id, RESYNC);
      return { ...resyncView, state: 'completed', finishedAt: '2025-01-02T03:04:06Z' };
    },
    items: async (_caller, id, page) => {
      known(id, RESYNC);
      note('items', page);
      return { items: [resyncItemView, accountItemView], next: null };
    },
  };
}

function known(id: string, wanted: string): void {
  if (id !== wanted) throw new Problem('NOT_FOUND');
}

function accepted(view: object, location: string): Answer {
  return { status: 202, contentType: 'application/json', body: JSON.stringify(view), location, replayed: false };
}
