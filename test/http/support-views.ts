import type { BreakView, RunView } from '../../src/core/reconcile/reconciliations.js';
import type { ResyncItemView, ResyncView } from '../../src/core/resync/resyncs.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { linkView, operationView } from './views.js';

/** One of each thing that support is shown, with every member filled in somewhere. */
export const runView: RunView = {
  id: toTypeId('rcn', '01976a40-0000-7000-8000-000000000005'),
  scheme: 'china-railway',
  businessDate: '2025-01-02',
  state: 'waiting',
  provisional: false,
  digest: null,
  inputSha256: null,
  rulesVersion: 1,
  cutOff: null,
  counts: { lines: 0, matched: 0, oursOnly: 0, theirsOnly: 0, foreign: 0, duplicated: 0, different: 0, late: 0 },
  points: { ours: 0, theirs: 0 },
  openBreaks: 0,
  quarantine: null,
  supersedes: null,
  supersededBy: null,
  signedOffBy: null,
  createdAt: '2025-01-02T16:00:00.000Z',
  finishedAt: null,
};

export const finishedRunView: RunView = {
  ...runView,
  state: 'quarantined',
  digest: 'a'.repeat(64),
  inputSha256: 'b'.repeat(64),
  cutOff: '2025-01-02T16:00:00.000Z',
  counts: { lines: 5, matched: 4, oursOnly: 1, theirsOnly: 0, foreign: 0, duplicated: 0, different: 0, late: 0 },
  points: { ours: -1200, theirs: 500 },
  quarantine: { reason: 'totals', line: 7, detail: 'trailer says 5 lines' },
  supersedes: toTypeId('rcn', '01976a40-0000-7000-8000-000000000006'),
  supersededBy: toTypeId('rcn', '01976a40-0000-7000-8000-000000000007'),
  signedOffBy: 'support',
  finishedAt: '2025-01-02T16:00:04.000Z',
};

export const breakView: BreakView = {
  id: toTypeId('brk', '01976a40-0000-7000-8000-000000000008'),
  reconciliationId: runView.id,
  scheme: 'china-railway',
  businessDate: '2025-01-02',
  kind: 'different',
  reason: 'points-differ',
  message: 'Both sides have it, with other points.',
  state: 'resolved',
  owner: 'ops-7',
  difference: -20,
  operationId: operationView.id,
  linkId: linkView.id,
  reference: '17620704000001234567',
  supplierReference: 'CR-1',
  ours: { points: 500, kind: 'accrual', state: 'posted', date: '2025-01-02' },
  theirs: { points: 520, kind: 'accrual', line: 3, postedAt: '2025-01-02T03:04:05Z' },
  actions: ['look-up', 'assign', 'resolve'],
  resolution: { by: 'support', reason: 'Agreed with the supplier', at: '2025-01-03T03:04:05Z' },
  openedAt: '2025-01-02T16:00:04.000Z',
};

/** What a resync found, of which we have nothing. */
export const bareBreakView: BreakView = {
  ...breakView,
  reconciliationId: null,
  kind: 'theirs-only',
  state: 'open',
  owner: null,
  operationId: null,
  linkId: null,
  reference: null,
  supplierReference: null,
  ours: null,
  theirs: null,
  actions: [],
  resolution: null,
};

export const resyncView: ResyncView = {
  id: toTypeId('rsy', '01976a40-0000-7000-8000-000000000009'),
  state: 'queued',
  dryRun: true,
  scope: { operationIds: [operationView.id], from: '2025-01-02T00:00:00Z' },
  reason: 'Traveller misses points',
  total: 1,
  done: 0,
  changed: 0,
  quotaCost: 0,
  lane: 'support',
  counts: {
    settled: 0,
    confirmed: 0,
    differs: 0,
    refreshed: 0,
    unchanged: 0,
    'in-flight': 0,
    'cannot-look': 0,
    unreachable: 0,
  },
  createdAt: '2025-01-02T03:04:05.678Z',
  finishedAt: null,
};

export const resyncItemView: ResyncItemView = {
  operationId: operationView.id,
  linkId: linkView.id,
  result: 'settled',
  from: 'unknown',
  to: 'posted',
  calls: 2,
};

/** An account that was read anew. */
export const accountItemView: ResyncItemView = {
  ...resyncItemView,
  operationId: null,
  result: 'refreshed',
  from: null,
  to: null,
};
