import { randomUUID } from 'node:crypto';
import type { Answer } from '../../src/core/answer.js';
import type { LinkStore } from '../../src/core/link/ports.js';
import { decide } from '../../src/core/operation/decide.js';
import { plan } from '../../src/core/operation/plan.js';
import type { Claimed, Lane } from '../../src/core/operation/ports.js';
import type { Learnt } from '../../src/core/operation/snapshot.js';
import { Problem } from '../../src/core/problem.js';
import type { Redemptions } from '../../src/core/redemption/redemptions.js';
import { createRedemptions, type RedemptionsDeps } from '../../src/core/redemption/use-cases.js';
import type { Suppliers } from '../../src/core/supplier/ports.js';
import { AdapterFault } from '../../src/spec/errors.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { points } from '../../src/spec/values.js';
import { createLinkStore } from '../../src/store/link-store.js';
import type { Pools } from '../../src/store/pools.js';
import { createRedemptionStore } from '../../src/store/redemption-store.js';
import { supplierOf, vaultOf } from '../core/operation/fake-claim.js';
import { middle, receipt, rules } from '../core/operation/situations.js';
import { HOLD_FIRST, ONE_STEP, redeeming, REWARD } from '../core/redemption/fake-redemption.js';
import { hint, idOf, REPORT } from './operations.js';
import { CONNECTION, openStoreBench, request, type StoreBench, type Tenant } from './store-bench.js';

/** Whose hold it is. */
export type Flow = 'soft' | 'native';

/** A store over a database of its own with the redemptions of a scheme of either flow. */
export interface RedemptionBench extends StoreBench {
  readonly soft: Redemptions;
  readonly native: Redemptions;
  readonly links: LinkStore;
  /** What reading an account takes. */
  readonly accounts: RedemptionsDeps['accounts'];
  /** What the supplier says that a member has when it is asked; `null`: it does not answer. */
  says(balance: number | null): void;
  /** Runs after the supplier was asked for a balance and before it answers. */
  whileAsked(act: () => Promise<void>): void;
}

export async function openRedemptionBench(options: { links?: number } = {}): Promise<RedemptionBench> {
  const bench = await openStoreBench(options);
  let balance: number | null = 10_000;
  let meanwhile: () => Promise<void> = () => Promise.resolve();
  const account = async () => {
    const said = balance;
    await meanwhile();
    if (said === null) throw new AdapterFault({ kind: 'auth', detail: 'closed' });
    return { available: points(said) };
  };
  const suppliersOf = (flow: Flow): Suppliers => {
    const { adapter } = redeeming(flow === 'soft' ? ONE_STEP : HOLD_FIRST);
    const supplier = { ...supplierOf(), adapter: { ...adapter, member: { account } }, connectionId: CONNECTION };
    return { of: async () => supplier, connectionFor: async () => null };
  };
  const links = createLinkStore(bench.pools);
  const accounts = { store: links, vault: vaultOf(), suppliers: suppliersOf('soft') };
  const over = (flow: Flow, pools: Pools) =>
    createRedemptions({
      store: createRedemptionStore(pools, () => undefined),
      operations: bench.store,
      accounts: { ...accounts, suppliers: suppliersOf(flow) },
      facts: () => redeeming(flow === 'soft' ? ONE_STEP : HOLD_FIRST),
    });
  return {
    ...bench,
    soft: over('soft', bench.pools),
    native: over('native', bench.pools),
    links,
    accounts,
    says: (now) => {
      balance = now;
    },
    whileAsked: (act) => {
      meanwhile = act;
    },
  };
}

/** A quote of so many points; gives its id. */
export async function quoted(
  bench: RedemptionBench,
  flow: Flow,
  amount: number,
  tenant: Tenant = bench.demo,
  linkId = tenant.links[0] ?? '',
): Promise<string> {
  const quote = await bench[flow].quote(tenant.caller, { linkId, reward: REWARD, points: amount }, 'en');
  return fromTypeId('qte', quote.id) ?? '';
}

export function redeem(bench: RedemptionBench, flow: Flow, quoteId: string, key?: string): Promise<Answer> {
  const input = { quoteId, metadata: {} };
  return bench[flow].redeem(bench.demo.caller, input, request(input, key));
}

/** A redemption that was just accepted; gives its id. */
export async function redeemed(bench: RedemptionBench, flow: Flow, amount = 500): Promise<string> {
  return idOf(await redeem(bench, flow, await quoted(bench, flow, amount)));
}

/** A redemption that is held, on its way there as the engine would take it. */
export async function heldRedemption(bench: RedemptionBench, flow: Flow, amount = 500): Promise<string> {
  const id = await redeemed(bench, flow, amount);
  if (flow === 'native') await carriedBy(bench, id, 'live', await holdReceipt(bench));
  else await claimRedemption(bench, id, 'live');
  return id;
}

/** Claims what is due by the plan of a supplier that has keys and can be asked; undefined when nothing was to be called. */
export async function claimRedemption(bench: StoreBench, id: string, lane: Lane): Promise<Claimed | undefined> {
  const [claimed] = await bench.store.claim({
    connectionId: CONNECTION,
    lane,
    hints: [hint(bench.demo, id)],
    steps: 'any',
    limit: 1,
    leaseMs: 30_000,
    plan: (_operation, snapshot) => plan(snapshot, rules('key with a look-up'), middle),
  });
  return claimed;
}

/** Claims, and completes by what was learnt. */
export async function carriedBy(bench: StoreBench, id: string, lane: Lane, learnt: Learnt): Promise<Claimed> {
  const claimed = await claimRedemption(bench, id, lane);
  if (claimed === undefined) throw new Error('nothing was claimed');
  const result = await completedBy(bench, claimed, learnt);
  if (result !== 'applied') throw new Error(result);
  return claimed;
}

/** Completes a claim by what was learnt. */
export async function completedBy(bench: StoreBench, claimed: Claimed, learnt: Learnt): Promise<string> {
  const decision = decide(claimed.snapshot, learnt, rules('key with a look-up'), middle);
  if (decision === null) throw new Error('nothing was decided');
  return bench.store.complete({ claimed, decision, report: REPORT });
}

/** What a supplier answers that now holds the points for half an hour, by the database's clock. */
export async function holdReceipt(bench: StoreBench): Promise<Learnt> {
  const told = await bench.owner.query<{ at: Date }>(`SELECT now() + interval '30 minutes' AS at`);
  const holdExpiresAt = told.rows[0]?.at.toISOString() ?? '';
  return {
    type: 'receipt',
    receipt: receipt({ supplierReference: `H-${randomUUID()}`, holdExpiresAt, echo: {} }),
    matches: true,
  };
}

/** What a supplier answers that has carried a step out. */
export function doneReceipt(): Learnt {
  return { type: 'receipt', receipt: receipt({ supplierReference: `S-${randomUUID()}`, echo: {} }), matches: true };
}

/** Asks for an act under a key of its own unless one is given. */
export function ask(
  bench: RedemptionBench,
  flow: Flow,
  act: 'confirm' | 'release',
  id: string,
  key?: string,
): Promise<Answer> {
  return bench[flow][act](bench.demo.caller, id, request({ act, id }, key));
}

/** A redemption that is confirmed. */
export async function confirmedRedemption(bench: RedemptionBench, flow: Flow, amount = 500): Promise<string> {
  const id = await heldRedemption(bench, flow, amount);
  await ask(bench, flow, 'confirm', id);
  await carriedBy(bench, id, 'live', doneReceipt());
  return id;
}

/** Sets the end of a hold, as the owner of the database: no time has to pass. */
export async function endHoldIn(bench: StoreBench, id: string, seconds: number): Promise<void> {
  await bench.owner.query(
    `UPDATE operation SET hold = jsonb_set(hold, '{expiresAt}', to_jsonb(now() + $2 * interval '1 s')),
       next_action_at = CASE WHEN lease_until IS NULL THEN least(next_action_at, now() + $2 * interval '1 s') ELSE next_action_at END
     WHERE id = $1`,
    [id, seconds],
  );
}

/** Lets a lease lapse, as if its worker had died long ago. */
export async function abandon(bench: StoreBench, id: string): Promise<void> {
  await bench.owner.query(
    `UPDATE operation SET next_action_at = now() - interval '1 s', lease_until = now() - interval '1 s' WHERE id = $1`,
    [id],
  );
}

/** How each of these ended: the codes of problems with the state they told, or the answers' states. */
export function ends(tries: readonly PromiseSettledResult<Answer>[]): string[] {
  return tries.map((one) => {
    if (one.status === 'fulfilled') return (JSON.parse(one.value.body) as { state: string }).state;
    if (!(one.reason instanceof Problem)) throw one.reason;
    const { code, details } = one.reason;
    return details.state === undefined ? code : `${code} ${details.state}`;
  });
}

/** How many of each there are. */
export function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** The reservation of a redemption as it is stored; `null` where there is none. */
export async function reservation(bench: StoreBench, id: string): Promise<Record<string, unknown> | null> {
  const found = await bench.owner.query<Record<string, unknown>>(
    `SELECT points, outcome, ended_at IS NULL AS open FROM reservation WHERE operation_id = $1`,
    [id],
  );
  return found.rows[0] ?? null;
}
