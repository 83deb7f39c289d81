import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { toTypeId } from '../../spec/typeid.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, StoredAnswer } from '../answer.js';
import { invalid, Problem } from '../problem.js';
import type { Resyncs } from '../resync/resyncs.js';
import type { Suppliers } from '../supplier/ports.js';
import { actionsOn, breakView } from './break-view.js';
import { hasBegun, isCalendarDay } from './due.js';
import type { BreakChange, BreakRow, ReconDesk, RunSeen } from './ports.js';
import type { ActOnBreak, Reconciliations } from './reconciliations.js';
import { RULES_VERSION } from './rules.js';
import { runAnswer, runPath, runView } from './run-view.js';

export interface ReconciliationsDeps {
  readonly desk: ReconDesk;
  readonly suppliers: Pick<Suppliers, 'connectionFor' | 'of'>;
  /** A look at one operation is a resync like any other. */
  readonly startResync: Resyncs['start'];
  readonly now: () => Date;
}

/** The use cases of reconciliation as support sees them; carrying runs out is the runner's. */
export function createReconciliations(deps: ReconciliationsDeps): Reconciliations {
  const { desk } = deps;
  return {
    open: async (caller, { scheme, businessDate }, request) => {
      const place = await placeOf(deps, caller, scheme, businessDate);
      return desk.open({ caller, id: uuidv7(), place, rulesVersion: RULES_VERSION, request, answer: runAnswer });
    },
    get: async (caller, runId) => runView(present(await desk.run(caller, runId))),
    breaks: async (caller, runId, filter, page, language) => {
      const { items, next } = present(await desk.breaks(caller, runId, filter, page));
      return { items: items.map((row) => breakView(row, language)), next };
    },
    act: (caller, input, request, language) => act(deps, caller, input, request, language),
    signOff: (caller, runId, reason, request) =>
      desk.signOff({ caller, runId, reason, request, check: assertSignable, answer: runAnswer }),
  };
}

async function placeOf({ suppliers, now }: ReconciliationsDeps, caller: Caller, scheme: string, businessDate: string) {
  const connection = await suppliers.connectionFor(caller.tenantId, scheme);
  if (connection === null) {
    const errors = [{ pointer: '/scheme', message: 'no such scheme for this tenant' }];
    throw new Problem('SCHEME_UNKNOWN', { errors });
  }
  const supplier = await suppliers.of(connection.id);
  if (supplier.adapter.settlement === undefined) throw new Problem('CAPABILITY_MISSING');
  if (!isCalendarDay(businessDate)) throw invalid('/businessDate', 'is not a day of the calendar');
  if (!hasBegun(businessDate, supplier.scheme.zone, now())) throw invalid('/businessDate', 'has not begun');
  return { tenantId: connection.tenantId, connectionId: connection.id, scheme, businessDate };
}

/** A provisional run has proven nothing yet, and one that was superseded no longer counts. */
function assertSignable(run: RunSeen | null): void {
  const { state, conclusive, supersededBy } = present(run);
  if (supersededBy !== null) throw new Problem('RECONCILIATION_STATE', { state: 'superseded' });
  if (state !== 'completed') throw new Problem('RECONCILIATION_STATE', { state });
  if (!conclusive) throw new Problem('RECONCILIATION_STATE', { state: 'provisional' });
}

async function act(
  { desk, startResync }: ReconciliationsDeps,
  caller: Caller,
  input: ActOnBreak,
  request: IdempotentRequest,
  language: 'zh' | 'en',
): Promise<Answer> {
  const { breakId, reason } = input;
  const answered = await desk.answered(caller, request);
  if (answered !== null) return answered;
  const decide = (row: BreakRow | null): BreakChange => changeOf(present(row), input, caller);
  let location: string | undefined;
  if (input.action === 'look-up') {
    const row = await desk.break(caller, breakId);
    decide(row);
    const operationIds = [row?.operationId ?? ''];
    const asked = { scope: { operationIds }, dryRun: false, reason };
    ({ location } = await startResync(caller, asked, lookUpRequest(request, breakId)));
  }
  const answer = (row: BreakRow): StoredAnswer => ({
    status: 202,
    contentType: 'application/json',
    body: JSON.stringify(breakView(row, language)),
    location: location ?? (row.runId === null ? undefined : runPath(row.runId)),
  });
  return desk.act({ caller, breakId, reason, request, decide, answer });
}

function changeOf(row: BreakRow, { action, owner, reason }: ActOnBreak, caller: Caller): BreakChange {
  if (!actionsOn(row).includes(action)) throw new Problem('BREAK_STATE', { state: row.state });
  switch (action) {
    case 'look-up':
      return { act: action };
    case 'assign':
      if (owner === undefined) throw invalid('/owner', 'is required to assign');
      return { act: action, state: 'assigned', owner };
    case 'resolve':
      return { act: action, state: 'resolved', resolution: { by: toTypeId('key', caller.keyId), reason } };
    default:
      return action satisfies never;
  }
}

/**
 * A key of its own for the resync, the same again for the same request: one that died half way finds the resync it
 * began.
 */
function lookUpRequest(request: IdempotentRequest, breakId: string): IdempotentRequest {
  const hash = createHash('sha256').update(`${breakId}|${request.key}`);
  return { ...request, key: `break-${hash.digest('hex')}` };
}

function present<T>(found: T | null): T {
  if (found === null) throw new Problem('NOT_FOUND');
  return found;
}
