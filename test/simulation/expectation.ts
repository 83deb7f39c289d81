import { FLIGHT } from '../core/operation/fake-scheme.js';
import type { World } from './world.js';

/** Writes an expectation that is due: nobody may carry it anywhere. */
export function plantExpectation({ store, tenants, time }: World): void {
  const [tenant] = tenants;
  const link = tenant?.links[0];
  if (tenant === undefined || link === undefined) return;
  const now = new Date(time.now());
  const id = '30000000-0000-7000-8000-000000000001';
  store.tables.operations.set(id, {
    tenantId: tenant.caller.tenantId,
    id,
    kind: 'expectation',
    state: 'expected',
    step: null,
    intent: null,
    scheme: link.scheme,
    connectionId: link.connectionId,
    linkId: link.id,
    organisation: null,
    reference: '0'.repeat(20),
    clientReference: null,
    metadata: {},
    activity: FLIGHT,
    activityKey: null,
    points: 100,
    bonusPoints: 0,
    supplierReference: null,
    rejection: null,
    reviewReason: null,
    evidence: null,
    reason: null,
    termsVersion: null,
    originalId: null,
    quoteId: null,
    reward: null,
    hold: null,
    businessDate: null,
    notBefore: null,
    deadlineAt: new Date(now.getTime() + 86_400_000),
    nextActionAt: now,
    attempts: 0,
    version: 1,
    createdAt: now,
    updatedAt: now,
    everSent: false,
    resume: null,
    firstSentAt: null,
    lastSentAt: null,
    unknownSince: null,
    lookups: 0,
    absences: 0,
    notSentTries: 0,
    leaseToken: null,
    leaseUntil: null,
    lapses: 0,
    deadlineFrom: null,
  });
  store.tables.events.push({
    tenantId: tenant.caller.tenantId,
    subjectId: id,
    sequence: 1,
    linkId: link.id,
    type: 'operation.expected',
    from: null,
    to: 'expected',
    evidence: null,
    at: now.getTime(),
  });
}
