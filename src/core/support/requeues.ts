import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { canonicalJson } from '../../spec/canonical.js';
import { fromTypeId, toTypeId } from '../../spec/typeid.js';
import type { Bilingual } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest } from '../answer.js';
import { invalid, Problem } from '../problem.js';
import type { Resyncs } from '../resync/resyncs.js';
import type { Suppliers } from '../supplier/ports.js';
import { whyNot } from './actions-on.js';
import { fingerprintOf, meansFor } from './means.js';
import { approvalOf, derivedRequest, idIn } from './operations-desk.js';
import type { OperationDesk, RequeueRow, RequeueStore, ShownItem, Subject } from './ports.js';
import type { RequeueOperations, Support } from './support.js';
import { accepted, requeueView } from './views.js';

export interface RequeuesDeps {
  readonly store: RequeueStore;
  readonly desk: Pick<OperationDesk, 'answered'>;
  readonly suppliers: Pick<Suppliers, 'of'>;
  readonly startResync: Resyncs['start'];
  readonly isInstalled: (scheme: string) => boolean;
}

/** More is several requeues, each with an end in sight. */
export const REQUEUED_AT_MOST = 1_000;

interface Asked {
  readonly caller: Caller;
  readonly input: RequeueOperations;
  readonly request: IdempotentRequest;
  readonly language: 'zh' | 'en';
}

/** Doing something about many operations at once: shown first, and then exactly that. */
export function createRequeues(deps: RequeuesDeps): Pick<Support, 'requeue' | 'getRequeue'> {
  return {
    requeue: (caller, input, request, language) => {
      const asked = { caller, input, request, language };
      return input.dryRun ? preview(deps, asked) : run(deps, asked);
    },
    getRequeue: async (caller, requeueId, language) =>
      requeueView(present(await deps.store.get(caller, requeueId)), language),
  };
}

async function preview(deps: RequeuesDeps, { caller, input, request, language }: Asked): Promise<Answer> {
  const { store, desk, suppliers, isInstalled } = deps;
  const { scope, action, reason } = input;
  const answered = await desk.answered(caller, request);
  if (answered !== null) return answered;
  if (scope.scheme !== undefined && !isInstalled(scope.scheme)) throw new Problem('SCHEME_UNKNOWN');
  const held = await store.holds(caller, scope, REQUEUED_AT_MOST);
  const means = await meansFor(
    suppliers,
    held.map(({ operation }) => operation.connectionId),
  );
  const items = held.map((standing) => ({
    operationId: standing.operation.id,
    state: standing.operation.state,
    stood: fingerprintOf(standing),
    leftOut: whyNot(action, standing, means(standing)),
  }));
  return store.preview({
    caller,
    requeue: { id: uuidv7(), scope, action, reason, digest: digestOf(action, items) },
    items,
    request,
    answer: answerIn(language),
  });
}

/** The same operations, standing as they stood, with the same thing to be done about them. */
function digestOf(action: string, items: readonly ShownItem[]): string {
  const shown = items.map(({ operationId, stood, leftOut }) => [operationId, stood, leftOut]);
  return createHash('sha256').update(canonicalJson({ action, shown })).digest('hex');
}

async function run(deps: RequeuesDeps, asked: Asked): Promise<Answer> {
  const { store, desk } = deps;
  const { caller, input, request, language } = asked;
  const answered = await desk.answered(caller, request);
  if (answered !== null) return answered;
  if (input.previewId === undefined) throw invalid('/previewId', FAULTS.unseen);
  const shown = present(await store.get(caller, input.previewId));
  const same = canonicalJson([shown.scope, shown.action]) === canonicalJson([input.scope, input.action]);
  if (!shown.dryRun || !same) throw invalid('/previewId', FAULTS.other);
  if (!shown.items.some(({ leftOut }) => leftOut === null)) throw invalid('/previewId', FAULTS.empty);
  return store.run({
    caller,
    id: uuidv7(),
    preview: shown,
    reason: input.reason,
    request,
    by: await byOf(deps, asked, shown),
    answer: answerIn(language),
  });
}

/** What is wrong with a preview that is to be carried out. */
const FAULTS = {
  unseen: { zh: '执行前须先预览，此项为必填', en: 'is required to run: preview first' },
  other: { zh: '不是此范围与操作的预览', en: 'is not the preview of this scope and action' },
  empty: { zh: '所示范围内无可执行项', en: 'shows nothing to do' },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** A look is begun here, once what was shown still stands; a send is asked for. */
async function byOf(deps: RequeuesDeps, { caller, input, request }: Asked, shown: RequeueRow) {
  const { store, suppliers, startResync } = deps;
  const subjects = await store.subjects(caller, shown.id);
  const means = await meansFor(
    suppliers,
    subjects.map(({ standing }) => standing.operation.connectionId),
  );
  const verify = ({ standing, stood }: Subject): void => {
    const why = whyNot(input.action, standing, means(standing));
    // One that is only being looked at stands as it stood; whoever approves waits for the answer.
    const moved = fingerprintOf(standing) !== stood || (why !== null && why !== 'in-flight');
    if (moved) throw new Problem('REQUEUE_CHANGED', { operationId: standing.operation.id });
  };
  switch (input.action) {
    case 'resend':
      return { approval: approvalOf('requeue', shown.id, null), verify };
    case 'look-up': {
      const earlier = await store.runOf(caller, shown.id);
      if (earlier?.resyncId != null) return { resyncId: earlier.resyncId };
      subjects.forEach(verify);
      const operationIds = subjects.map(({ standing }) => standing.operation.id);
      const asked = { scope: { operationIds }, dryRun: false, reason: input.reason };
      const begun = await startResync(caller, asked, derivedRequest(request, `requeue-${shown.id}`));
      return { resyncId: fromTypeId('rsy', idIn(begun.location ?? '')) ?? '' };
    }
    default:
      return input.action satisfies never;
  }
}

function answerIn(language: 'zh' | 'en') {
  return (row: RequeueRow) => accepted(requeueView(row, language), `/v1/support/requeues/${toTypeId('rqu', row.id)}`);
}

function present<T>(found: T | null): T {
  if (found === null) throw new Problem('NOT_FOUND');
  return found;
}
