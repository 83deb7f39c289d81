import { setTimeout as pause } from 'node:timers/promises';
import { activityFor, rewardFor } from '../../test/support/travellers.js';
import { patience } from './patience.js';
import { linkRequest, type Operation, type World } from './world.js';

/** Does one piece of work of its kind, from the first request until it has come to rest or waits for something else. */
export type Work = (world: World) => Promise<void>;

const POINTS = 100;

function accrual(world: World, scheme: string) {
  return { linkId: world.linkOf(scheme), activity: activityFor(scheme, 100_000 + world.next()), points: POINTS };
}

/** Asks for an accrual and has it promised. */
export async function accepted(world: World, scheme: string, more: object = {}): Promise<Operation> {
  const body = { ...accrual(world, scheme), ...more };
  return world.promise(await world.platform.post('/v1/accruals', body, `accrual-${world.next()}`));
}

export const accrue =
  (scheme: string): Work =>
  async (world) => {
    const { id } = await accepted(world, scheme);
    await world.until(id, ['posted']);
  };

const LINES = 5;

interface LineResult {
  readonly index: number;
  readonly status: number;
  readonly operation?: Operation;
}

/** A line without an operation is asked again, as it would be alone; so is the batch when no answer came. */
export const accrueBatch =
  (scheme: string): Work =>
  async (world) => {
    let lines = Array.from({ length: LINES }, () => ({
      idempotencyKey: `line-${world.next()}`,
      ...accrual(world, scheme),
    }));
    const ids: string[] = [];
    while (lines.length > 0) {
      const results = (await world.platform.postLines('/v1/accruals/batch', lines)) as LineResult[];
      for (const { status, operation } of results) {
        if (operation !== undefined) ids.push(world.promise({ status, body: operation }).id);
        else if (status < 500 && status !== 409) throw new Error(`a line was refused: ${status}`);
      }
      lines = lines.filter((_line, index) => results[index]?.operation === undefined);
    }
    for (const id of ids) await world.until(id, ['posted']);
  };

export const reverse =
  (scheme: string): Work =>
  async (world) => {
    const { id } = await accepted(world, scheme);
    await world.until(id, ['posted']);
    const body = { reason: 'ticket refunded' };
    const reversal = world.promise(
      await world.platform.post(`/v1/accruals/${id}/reversal`, body, `reversal-${world.next()}`),
    );
    await world.until(reversal.id, ['posted']);
  };

async function held(world: World, scheme: string): Promise<Operation> {
  const ask = { linkId: world.linkOf(scheme), reward: rewardFor(scheme), points: POINTS };
  const quote = await world.platform.post<{ id: string }>('/v1/quotes', ask, `quote-${world.next()}`);
  const redemption = world.promise(
    await world.platform.post('/v1/redemptions', { quoteId: quote.body.id }, `redemption-${world.next()}`),
  );
  return world.until(redemption.id, ['held']);
}

async function acted(world: World, { id }: Operation, step: 'confirm' | 'release'): Promise<void> {
  world.promise(await world.platform.post(`/v1/redemptions/${id}/${step}`, {}, `${step}-${world.next()}`));
  await world.until(id, [step === 'confirm' ? 'confirmed' : 'released']);
}

export const redeem =
  (scheme: string): Work =>
  async (world) => {
    await acted(world, await held(world, scheme), 'confirm');
  };

export const release =
  (scheme: string): Work =>
  async (world) => {
    await acted(world, await held(world, scheme), 'release');
  };

/** A hold of our own whose quarter of an hour is passed by setting back its end. */
export const expire =
  (scheme: string): Work =>
  async (world) => {
    const { id, reference } = await held(world, scheme);
    await world.owner.query(
      `WITH ended AS (
         UPDATE operation SET hold = hold || jsonb_build_object('expiresAt', clock_timestamp() - interval '1 s'),
           next_action_at = clock_timestamp()
         WHERE reference = $1 AND state = 'held' RETURNING tenant_id, id
       )
       UPDATE reservation r SET expires_at = clock_timestamp() - interval '1 s' FROM ended
       WHERE (r.tenant_id, r.operation_id) = (ended.tenant_id, ended.id)`,
      [reference],
    );
    await world.until(id, ['expired']);
  };

/** What is lost of a refund here is told by no call of the supplier's but by its settlement, at the end of the run. */
export const refund =
  (scheme: string): Work =>
  async (world) => {
    const redemption = await held(world, scheme);
    await acted(world, redemption, 'confirm');
    const body = { reason: 'order cancelled', points: POINTS };
    const answer = await world.platform.post(`/v1/redemptions/${redemption.id}/refund`, body, `refund-${world.next()}`);
    await world.until(world.promise(answer).id, ['posted', 'unknown', 'needs-review']);
  };

function answered(what: string, is: string, shouldBe: string): void {
  if (is !== shouldBe) throw new Error(`${what}: ${is} instead of ${shouldBe}`);
}

function postLink(world: World, body: unknown) {
  return world.platform.post<{ id: string }>('/v1/links', body, `link-${world.next()}`);
}

/** Linked, linked again, and refused for a name that is not the member's. */
export const link =
  (scheme: string): Work =>
  async (world) => {
    const [member, other] = await world.members(scheme, 2);
    if (member === undefined || other === undefined) throw new Error('the sandbox made no members');
    const body = linkRequest(scheme, member);
    const first = await postLink(world, body);
    answered('a new link', `${first.status}`, '201');
    const again = await postLink(world, body);
    answered('the same link', `${again.status} ${again.body.id}`, `200 ${first.body.id}`);
    const wrong = { ...linkRequest(scheme, other), holder: { familyName: 'Nobody', givenName: 'Known' } };
    answered('another name', `${(await postLink(world, wrong)).status}`, '422');
  };

/** Left pending while the supplier is out of reach, and verified when it is there again; others may have it there sooner. */
export const linkLate =
  (scheme: string): Work =>
  async (world) => {
    const [member] = await world.members(scheme, 1);
    if (member === undefined) throw new Error('the sandbox made no member');
    await world.control('PUT', `${scheme}/faults`, { seed: 1, rates: { refuse: 1 } });
    const late = await postLink(world, linkRequest(scheme, member)).finally(() =>
      world.control('DELETE', `${scheme}/faults`),
    );
    if (late.status !== 201) answered('a link without its supplier', `${late.status}`, '202');
    await active(world, late.body.id);
  };

async function active(world: World, id: string): Promise<void> {
  const waiting = patience(world.place.deaths);
  for (;;) {
    const { state } = await world.platform.get<{ state: string }>(`/v1/links/${id}`);
    if (state === 'active') return;
    if (waiting.isOver()) throw new Error(`a link stayed ${state}`);
    await pause(100);
  }
}
