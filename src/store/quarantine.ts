import pg from 'pg';
import type { Decision, Lane, Quarantined } from '../core/operation/ports.js';
import { applyDecisions } from './apply-decisions.js';
import type { Change } from './change.js';
import type { Ref } from './due-operations.js';
import { LANE_STATES } from './lane-states.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/** What to do with an operation could not be said: an exception of our own, which its `cause` is. */
export class Unplannable extends Error {
  override readonly name = 'Unplannable';
}

/** Classes of what PostgreSQL says about data: exceptions in it, and constraints that it breaks. */
const DATA = /^2[23]/;

/** Whether a row is at fault and not the way to it: it cannot be read, planned or written, and will not be the next time either. */
export function isOfTheRow(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return DATA.test(error.code ?? '');
  return error instanceof Unplannable || error instanceof RangeError || error instanceof TypeError;
}

/** Those of the changes that set an operation aside for our own fault. */
export function quarantinedBy(changes: readonly Pick<Change, 'operation' | 'decision'>[]): Quarantined[] {
  return changes
    .filter(({ decision }) => decision.reviewReason === 'quarantined')
    .map(({ operation: { id, tenantId, connectionId, scheme } }) => ({
      operationId: id,
      tenantId,
      connectionId,
      scheme,
    }));
}

const TRIES = 3;
const AGAIN_AFTER_MS = 5_000;
const PARKED_MS = 86_400_000;
/** What is in one of these may have been sent. */
const SENT: ReadonlySet<Change['operation']['state']> = new Set(['sending', 'holding']);
/** And in one of these, once it was begun: before that it is only asked for. */
const SENT_ONCE_BEGUN: ReadonlySet<Change['operation']['state']> = new Set(['confirming', 'releasing']);

/** What of a row is needed to set it aside; what it says is not read, since that may be what fails. */
interface Bare {
  readonly kind: Change['operation']['kind'];
  readonly state: Change['operation']['state'];
  readonly version: number;
  readonly connection_id: string;
  readonly scheme: string;
  readonly original_id: string | null;
  readonly lease_token: string | null;
  readonly tries: number;
}

/** Has a row that failed by itself come again later, a few times, then wait for a person. The others go on without it. */
export async function setAside(
  pools: Pools,
  lane: Lane,
  { tenantId, id }: Ref,
  tell: (one: Quarantined) => void,
): Promise<void> {
  const changes = await asTenants(
    pools.app,
    [tenantId],
    async (client) => {
      const found = await client.query<Bare>({
        name: 'lock-failed',
        text: `
          SELECT kind, state, version, connection_id, scheme, original_id, lease_token, lapses + 1 AS tries FROM operation WHERE tenant_id = $1 AND id = $2 AND state = ANY ($3)
            AND (lease_until IS NULL OR lease_until <= clock_timestamp())
          FOR UPDATE SKIP LOCKED`,
        values: [tenantId, id, LANE_STATES[lane]],
      });
      const [row] = found.rows;
      if (row === undefined) return [];
      if (row.tries < TRIES) {
        await comeAgain(client, id, row.tries);
        return [];
      }
      const change = toReview({ tenantId, id }, row);
      await applyDecisions(client, [change]);
      return [change];
    },
    'set-aside',
  );
  for (const one of quarantinedBy(changes)) tell(one);
}

/** The lapsed lease stays: it is what tells a step that was begun from one that was only asked for. */
async function comeAgain(client: pg.PoolClient, id: string, tries: number): Promise<void> {
  await client.query({
    name: 'again-after-failure',
    text: `
      UPDATE operation SET lapses = $2, next_action_at = clock_timestamp() + $3 * interval '1 ms' WHERE id = $1`,
    values: [id, tries, AGAIN_AFTER_MS * tries],
  });
}

function toReview({ tenantId, id }: Ref, row: Bare): Change {
  const { kind, state, version, scheme, lease_token: token } = row;
  const sent = SENT.has(state) || (token !== null && SENT_ONCE_BEGUN.has(state));
  const decision: Decision = {
    to: 'needs-review',
    nextActionInMs: PARKED_MS,
    unknownSince: null,
    reviewReason: 'quarantined',
    ...(sent ? { everSent: true as const } : {}),
  };
  const operation = {
    tenantId,
    id,
    kind,
    state,
    version,
    scheme,
    connectionId: row.connection_id,
    originalId: row.original_id,
  };
  return { operation, token, decision };
}
