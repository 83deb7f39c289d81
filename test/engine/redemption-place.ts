import { ownerPool } from '../support/database.js';
import type { OperationView } from '../../src/core/operation/operations.js';
import { Problem } from '../../src/core/problem.js';
import { eventually } from '../support/eventually.js';
import { type Bench, type Books, openBench, request } from '../support/gateway.js';
import { linkSpender, redeemPoints, type Spender } from '../support/travellers.js';

/** A gateway with its workers, the suppliers beside it, and the owner's view of the database. */
export interface RedemptionPlace {
  readonly bench: Bench;
  read(id: string): Promise<OperationView>;
  /** Waits until a redemption stands in a state. */
  inState(id: string, state: OperationView['state']): Promise<OperationView>;
  /** A redemption that is held, of a fresh member. */
  held(scheme: string, points: number): Promise<Spender & { readonly id: string }>;
  /** Confirms or releases; gives the state that is answered, or the problem's code and state. */
  act(what: 'confirm' | 'release', id: string): Promise<string>;
  refund(id: string, points?: number): Promise<string>;
  /** What the supplier really did for a redemption and its refunds, oldest first. */
  effects(scheme: string, id: string): Promise<Books['postings']>;
  /** What our operations made of the supplier's books; trips and awards of its own left out. */
  theirPoints(scheme: string): Promise<number>;
  /** Runs something while every exchange of a scheme goes wrong in one way. */
  during<T>(scheme: string, fault: string, work: () => Promise<T>): Promise<T>;
  /** Ends a hold by our books, as the owner of the database: the suppliers' clocks go on as they do. */
  endHold(id: string, seconds: number): Promise<void>;
  /** Lets half an hour pass since the last send of an outcome that is open, as the owner of the database. */
  sendLongAgo(id: string): Promise<void>;
  /** Waits until a step's first send has ended in whatever way; a soft hold has none. */
  firstSendOver(id: string, step: 'hold' | 'confirm'): Promise<void>;
  /** The states that a redemption went through. */
  path(id: string): Promise<string>;
  close(): Promise<void>;
}

/** What goes wrong again and again opens a breaker, which lets nothing through for 10 s, and for 20 when its probe goes wrong as well. */
const SOON = { withinMs: 60_000 };

export async function openRedemptionPlace(redisUrl: string | null): Promise<RedemptionPlace> {
  const bench = await openBench({ redisUrl });
  const { gateway, sandbox, demo } = bench;
  const owner = ownerPool(bench.ownerUrl);
  const read = (id: string): Promise<OperationView> => gateway.operations.get(demo, id, 'en');
  const inState: RedemptionPlace['inState'] = (id, state) =>
    eventually(
      () => read(id),
      (operation) => operation.state === state,
      SOON,
    );
  const postings = async (scheme: string) => (await sandbox.get<Books>(`${scheme}/books`)).postings;
  return {
    bench,
    read,
    inState,
    held: async (scheme, points) => {
      const spender = await linkSpender(bench, demo, scheme);
      const id = await redeemPoints(bench, demo, { scheme, linkId: spender.linkId, points });
      await inState(id, 'held');
      return { ...spender, id };
    },
    act: async (what, id) => {
      try {
        const answer = await gateway.redemptions[what](demo, id, request({ what, id }));
        return (JSON.parse(answer.body) as { state: string }).state;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return [error.code, error.details.state].filter((word) => word !== undefined).join(' ');
      }
    },
    refund: async (redemptionId, points) => {
      const wish = points === undefined ? {} : { points };
      const input = { redemptionId, reason: 'trip cancelled', metadata: {}, ...wish };
      const { operationId = '' } = await gateway.redemptions.refund(demo, input, request(input));
      return operationId;
    },
    effects: async (scheme, id) => {
      const { reference } = await read(id);
      return (await postings(scheme)).filter((posting) => posting.reference === reference);
    },
    theirPoints: async (scheme) =>
      (await postings(scheme))
        .filter(({ supplierReference }) => !supplierReference.startsWith('OWN'))
        .reduce((sum, { points }) => sum + points, 0),
    during: async (scheme, fault, work) => {
      await sandbox.put(`${scheme}/faults`, { seed: 1, rates: { [fault]: 1 } });
      try {
        return await work();
      } finally {
        await sandbox.delete(`${scheme}/faults`);
      }
    },
    endHold: async (id, seconds) => {
      await owner.query(
        `UPDATE operation SET hold = jsonb_set(hold, '{expiresAt}', to_jsonb(now() + $2 * interval '1 s')),
           next_action_at = now() + $2 * interval '1 s' WHERE id = $1`,
        [id, seconds],
      );
    },
    sendLongAgo: async (id) => {
      await owner.query(
        `UPDATE operation SET last_sent_at = last_sent_at - interval '31 minutes', next_action_at = now()
         WHERE id = $1 AND state = 'unknown' AND lease_token IS NULL AND last_sent_at > now() - interval '30 minutes'`,
        [id],
      );
    },
    firstSendOver: async (id, step) => {
      await eventually(
        async () => {
          const found = await owner.query<{ over: boolean }>(
            `SELECT o.state = 'held' AND o.hold ->> 'kind' = 'soft' AND $2 = 'hold' OR o.step = $2 AND EXISTS (
               SELECT FROM attempt a WHERE (a.tenant_id, a.operation_id) = (o.tenant_id, o.id) AND a.action = 'send'
                 AND a.started_at >= o.first_sent_at AND a.finished_at IS NOT NULL) AS over
             FROM operation o WHERE o.id = $1`,
            [id, step],
          );
          return found.rows[0]?.over;
        },
        (over) => over === true,
        SOON,
      );
    },
    path: async (id) => {
      const found = await owner.query<{ to_state: string }>(
        'SELECT to_state FROM event WHERE subject_id = $1 ORDER BY sequence',
        [id],
      );
      return found.rows.map((row) => row.to_state).join(' ');
    },
    close: async () => {
      await owner.end();
      await bench.close();
    },
  };
}
