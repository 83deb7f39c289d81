import type { Limits, Scheme, TimingName } from '../../spec/scheme.js';
import { toTypeId } from '../../spec/typeid.js';
import type { Caller } from '../access/caller.js';
import { Problem } from '../problem.js';
import type { RefuseMemberNumbers } from '../support/member-numbers.js';
import { isOperatorAdmin } from './operator.js';
import type { ConnectionDesk, ConnectionRow, Impediments, SchemeReads } from './ports.js';
import type { ConnectionStandingView, SchemeDesk, SchemeStandingView } from './scheme-desk.js';
import { uuidOf } from './request-uuid.js';
import { standingAfter } from './standing.js';

export interface SchemeDeskDeps {
  readonly desk: Pick<ConnectionDesk, 'used' | 'act' | 'answered'>;
  readonly reads: Omit<SchemeReads, 'degraded'>;
  readonly schemes: ReadonlyMap<string, Scheme>;
  readonly limitsOf: (scheme: Scheme, name: TimingName) => Limits;
  readonly refuse: RefuseMemberNumbers;
}

/** What support reads of a scheme, and how it takes its connection out of service and back. */
export function createSchemeDesk(deps: SchemeDeskDeps): SchemeDesk {
  const { desk, reads, schemes, limitsOf, refuse } = deps;
  const usedBy = async (caller: Caller, id: string): Promise<{ scheme: Scheme; row: ConnectionRow }> => {
    const scheme = schemes.get(id);
    const row = scheme === undefined ? null : await desk.used(caller.tenantId, id);
    if (scheme === undefined || row === null) throw new Problem('NOT_FOUND');
    return { scheme, row };
  };
  return {
    standing: async (caller, id) => {
      const { scheme, row } = await usedBy(caller, id);
      const limits = limitsOf(scheme, row.timing);
      const [impediments, byState, waiting] = await Promise.all([
        reads.impediments(row.id, limits.perSecond),
        reads.open(caller, id),
        reads.waiting(row.id, limits.backlog),
      ]);
      return { scheme: id, ...view(row, impediments, limits, waiting), operations: { open: total(byState), byState } };
    },
    act: async (caller, { scheme, action, reason }, request) => {
      const known = await desk.answered(caller, request);
      if (known !== null) return known;
      const { row } = await usedBy(caller, scheme);
      requireOwn(caller, row);
      await refuse(caller.tenantId, { '/reason': reason });
      const once = uuidOf(caller, request);
      return desk.act(caller, row.id, {
        request,
        judge: ({ state }) => {
          const standing = standingAfter(state, action);
          return standing.state === state ? null : { act: `connection.${action}`, standing, reason, once };
        },
        answer: (after) => ({
          status: 200,
          contentType: 'application/json',
          body: JSON.stringify(standingView(after)),
        }),
      });
    },
  };
}

/** What others use too is not one tenant's to stop, nor the whole tenant's connection one organisation's. */
function requireOwn(caller: Caller, row: ConnectionRow): void {
  if (isOperatorAdmin(caller)) return;
  if (row.tenantId === null) throw new Problem('CONNECTION_SHARED');
  if (caller.organisation !== null) throw new Problem('FORBIDDEN');
}

function standingView({ id, state, reason, tenantId }: ConnectionRow): ConnectionStandingView {
  return { id: toTypeId('con', id), state, reason, shared: tenantId === null };
}

function view(
  row: ConnectionRow,
  { effectivePerSecond, breakers, incidents }: Impediments,
  { perSecond, backlog }: Limits,
  waiting: number,
): Pick<SchemeStandingView, 'connection' | 'limits' | 'breakers' | 'incidents'> {
  return {
    connection: standingView(row),
    limits: {
      perSecond,
      effectivePerSecond,
      backlog: { waiting, limit: backlog },
    },
    breakers: breakers.map((one) => ({
      ...one,
      openedAt: one.openedAt.toISOString(),
      probeAt: one.probeAt.toISOString(),
    })),
    incidents: incidents.map((one) => ({
      ...one,
      id: toTypeId('inc', one.id),
      openedAt: one.openedAt.toISOString(),
      closedAt: one.closedAt?.toISOString() ?? null,
    })),
  };
}

function total(byState: Readonly<Record<string, number>>): number {
  return Object.values(byState).reduce((sum, n) => sum + n, 0);
}
