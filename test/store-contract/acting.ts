import { randomUUID } from 'node:crypto';
import { decide } from '../../src/core/operation/decide.js';
import { plan } from '../../src/core/operation/plan.js';
import type { Claimed, ClaimRequest, Decision, Lane } from '../../src/core/operation/ports.js';
import type { Redemptions } from '../../src/core/redemption/redemptions.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import type { Answer } from '../../src/core/answer.js';
import { Problem } from '../../src/core/problem.js';
import type { Learnt } from '../../src/core/operation/snapshot.js';
import { middle, rules } from '../core/operation/situations.js';
import { REWARD } from '../core/redemption/fake-redemption.js';
import { accrual, idOf, posted, REPORT } from '../store/operations.js';
import { CONNECTION, request, type Tenant } from '../store/store-bench.js';
import type { ContractBench } from './bench.js';

/** Has an accrual accepted; gives its id. */
export async function accepted(bench: ContractBench, tenant: Tenant, input = accrual(tenant)): Promise<string> {
  return idOf(await bench.operations.accrue(tenant.caller, input, request(input)));
}

/** Claims by the plan of a supplier that looks up; without ids whatever is due. */
export function claim(
  bench: ContractBench,
  lane: Lane,
  refs: readonly (readonly [Tenant, string])[] = [],
  different: Partial<ClaimRequest> = {},
): Promise<readonly Claimed[]> {
  return bench.store.claim({
    connectionId: CONNECTION,
    lane,
    hints: refs.map(([{ id: tenantId }, id]) => ({ tenantId, id })),
    steps: 'any',
    limit: 50,
    leaseMs: 30_000,
    plan: (_operation, snapshot) => plan(snapshot, rules('lookup'), middle),
    ...different,
  });
}

export async function claimOf(bench: ContractBench, id: string, lane: Lane = 'live'): Promise<Claimed> {
  const [taken] = await claim(bench, lane, [[bench.demo, id]]);
  if (taken === undefined) throw new Error('nothing was claimed');
  return taken;
}

/** Claims an operation and completes it so. */
export async function carried(bench: ContractBench, id: string, decision: Decision, lane: Lane = 'live') {
  const claimed = await claimOf(bench, id, lane);
  return bench.store.complete({ claimed, decision, report: REPORT });
}

/** An accrual of 500 points that is posted. */
export async function postedAccrual(bench: ContractBench, input = accrual(bench.demo)): Promise<string> {
  const id = await accepted(bench, bench.demo, input);
  await carried(bench, id, posted(`S-${randomUUID()}`));
  return id;
}

/** Tells of something learnt, as a push or a file does. */
export function told(bench: ContractBench, id: string, learnt: Learnt): Promise<Decision | null | 'reference-taken'> {
  return bench.store.evidence(bench.demo.id, id, (_operation, snapshot) =>
    decide(snapshot, learnt, rules('lookup'), middle),
  );
}

export async function quoted(bench: ContractBench, flow: Redemptions, points: number): Promise<string> {
  const asked = { linkId: bench.demo.links[0] ?? '', reward: REWARD, points };
  return fromTypeId('qte', (await flow.quote(bench.demo.caller, asked, 'en')).id) ?? '';
}

export function redeem(bench: ContractBench, flow: Redemptions, quoteId: string, key?: string): Promise<Answer> {
  const input = { quoteId, metadata: {} };
  return flow.redeem(bench.demo.caller, input, request(input, key));
}

/** A redemption that our own books hold. */
export async function heldRedemption(bench: ContractBench, points: number): Promise<string> {
  const id = idOf(await redeem(bench, bench.soft, await quoted(bench, bench.soft, points)));
  await claim(bench, 'live', [[bench.demo, id]]);
  return id;
}

/** How each of these ended: the state that was answered, or the problem's code. */
export function ends(tries: readonly PromiseSettledResult<Answer>[]): string[] {
  return tries
    .map((one) => {
      if (one.status === 'fulfilled') return (JSON.parse(one.value.body) as { state: string }).state;
      if (one.reason instanceof Problem) return one.reason.code;
      throw one.reason;
    })
    .sort();
}
