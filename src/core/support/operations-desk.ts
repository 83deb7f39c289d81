import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { canonicalJson } from '../../spec/canonical.js';
import { toTypeId } from '../../spec/typeid.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest } from '../answer.js';
import { prepareReversal, type SchemeFacts } from '../operation/prepare.js';
import { operationView } from '../operation/view.js';
import { Problem } from '../problem.js';
import type { Resyncs } from '../resync/resyncs.js';
import type { Suppliers } from '../supplier/ports.js';
import { actionsOn, type SchemeMeans, whyNot } from './actions-on.js';
import { cancelling } from './cancel.js';
import { fingerprintOf, meansFor } from './means.js';
import type { Acting, NewApproval, OperationDesk, Standing } from './ports.js';
import { checkOutcome } from './settle.js';
import type { ActOnOperation, Support } from './support.js';
import { accepted, actionResult, approvalPath, caseView, notPossible, supportOperationView } from './views.js';

export interface OperationsDeskDeps {
  readonly desk: OperationDesk;
  readonly suppliers: Pick<Suppliers, 'of'>;
  /** A look at one operation is a resync like any other. */
  readonly startResync: Resyncs['start'];
  /** What a scheme is; throws for one that is not installed. */
  readonly facts: (scheme: string) => SchemeFacts;
}

/** How long an act that was asked for waits for its second person. */
export const APPROVAL_VALID_MS = 86_400_000;

/** Operations as support sees them, and what it does about one. */
export function createOperationsDesk(deps: OperationsDeskDeps): Pick<Support, 'list' | 'get' | 'act'> {
  const { desk, suppliers } = deps;
  return {
    list: async (caller, filter, page, language) => {
      const { items, next } = await desk.list(caller, filter, page);
      const means = await meansFor(
        suppliers,
        items.map(({ operation }) => operation.connectionId),
      );
      const view = (one: Standing) => supportOperationView(one, actionsOn(one, means(one)), language);
      return { items: items.map(view), next };
    },
    get: async (caller, operationId, language) => {
      const file = present(await desk.file(caller, operationId));
      const means = await meansFor(suppliers, [file.standing.operation.connectionId]);
      return caseView(file, actionsOn(file.standing, means(file.standing)), language);
    },
    act: (caller, input, request, language) => act(deps, { caller, input, request, language }),
  };
}

/** One act with all that it is asked with. */
interface Asked {
  readonly caller: Caller;
  readonly input: ActOnOperation;
  readonly request: IdempotentRequest;
  readonly language: 'zh' | 'en';
}

async function act(deps: OperationsDeskDeps, asked: Asked): Promise<Answer> {
  const { desk, suppliers } = deps;
  const { caller, input, request, language } = asked;
  const answered = await desk.answered(caller, request);
  if (answered !== null) return answered;
  const seen = present(await desk.file(caller, input.operationId)).standing;
  const meansOf = await meansFor(suppliers, [seen.operation.connectionId]);
  const refuse = (standing: Standing | null): Standing => {
    const there = present(standing);
    const why = whyNot(input.action, there, meansOf(there));
    if (why !== null) throw notPossible(there, why, '/action');
    if (input.evidence !== undefined) checkOutcome(there, input.evidence);
    return there;
  };
  refuse(seen);
  if (input.action === 'reverse') return reverse(deps, asked, seen);
  const resync = input.action === 'look-up' ? await lookUp(deps, asked) : undefined;
  return desk.act({
    caller,
    operationId: input.operationId,
    action: input.action,
    reason: input.reason,
    request,
    // A look may have changed what it was about by the time it is noted.
    judge: (standing) =>
      resync === undefined ? actingOf(input, refuse(standing), meansOf(present(standing))) : { act: 'begun' },
    fingerprint: fingerprintOf,
    answer: (standing, approval) =>
      accepted(
        actionResult(input.action, standing, { approval, ...resync?.result }, language),
        resync?.location ?? (approval === null ? casePath(standing) : approvalPath(approval)),
      ),
  });
}

function actingOf(
  { action, operationId, evidence }: ActOnOperation,
  { operation, snapshot }: Standing,
  means: SchemeMeans | null,
): Acting {
  switch (action) {
    case 'cancel':
      return cancelling(operation, snapshot, means?.canFind ?? false);
    case 'resend':
      return { act: 'ask', approval: approvalOf('resend', operationId, null) };
    case 'settle':
      return { act: 'ask', approval: approvalOf('settle', operationId, evidence ?? null) };
    case 'look-up':
    case 'reverse':
      throw new TypeError(`${action} is not done under the lock`);
    default:
      return action satisfies never;
  }
}

/** The same act on the same thing has the same key: whoever asks again joins who asked first. */
export function approvalOf(act: NewApproval['act'], subjectId: string, evidence: NewApproval['evidence']): NewApproval {
  const actKey = createHash('sha256').update(canonicalJson({ act, subjectId, evidence })).digest();
  return { id: uuidv7(), act, actKey, evidence, validForMs: APPROVAL_VALID_MS };
}

async function lookUp({ startResync }: OperationsDeskDeps, { caller, input, request }: Asked) {
  const scope = { operationIds: [input.operationId] };
  const derived = derivedRequest(request, `operation-${input.operationId}`);
  const { location = '' } = await startResync(caller, { scope, dryRun: false, reason: input.reason }, derived);
  return { location, result: { resyncId: idIn(location) } };
}

/** A key of its own for what an act begins, the same again for the same request: one that died half way finds it. */
export function derivedRequest(request: IdempotentRequest, subject: string): IdempotentRequest {
  const hash = createHash('sha256').update(`${subject}|${request.key}`);
  return { ...request, key: `support-${hash.digest('hex')}` };
}

/** The id that ends an address. */
export function idIn(location: string): string {
  return location.slice(location.lastIndexOf('/') + 1);
}

/** The linked reversal of all that is left, as the platform's own request would make it. */
function reverse(
  { desk, facts }: OperationsDeskDeps,
  { caller, input, request, language }: Asked,
  seen: Standing,
): Promise<Answer> {
  const id = uuidv7();
  const { operationId, reason } = input;
  return desk.reverse({
    caller,
    kind: 'reversal',
    originalId: operationId,
    activityKey: null,
    id,
    request,
    reason,
    answers: {
      accepted: () => ({
        ...accepted(
          actionResult('reverse', seen, { reversalId: toTypeId('op', id) }, language),
          `/v1/operations/${toTypeId('op', id)}`,
        ),
        operationId: id,
      }),
      existing: (row) => ({
        ...accepted(operationView(row, language), `/v1/operations/${toTypeId('op', row.id)}`),
        operationId: row.id,
      }),
    },
    prepare: (original, taken, link, now) =>
      prepareReversal({ accrualId: operationId, reason, metadata: {} }, original, taken, {
        caller,
        link,
        facts,
        now,
        id,
      }),
  });
}

function casePath({ operation: { id } }: Standing): string {
  return `/v1/support/operations/${toTypeId('op', id)}`;
}

function present<T>(found: T | null): T {
  if (found === null) throw new Problem('NOT_FOUND');
  return found;
}
