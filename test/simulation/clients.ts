import { createHash } from 'node:crypto';
import type { Answer, IdempotentRequest } from '../../src/core/answer.js';
import { createOperations } from '../../src/core/operation/use-cases.js';
import type { Operations } from '../../src/core/operation/operations.js';
import { Problem } from '../../src/core/problem.js';
import type { Redemptions } from '../../src/core/redemption/redemptions.js';
import { createRedemptions } from '../../src/core/redemption/use-cases.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import type { OperationRow } from '../../src/core/operation/row.js';
import { FLIGHT } from '../core/operation/fake-scheme.js';
import { REWARD } from '../core/redemption/fake-redemption.js';
import type { Tenant } from './people.js';
import { releasing } from './planted.js';
import { suppliersOf } from './places.js';
import { processNamed, type Process } from './turns.js';
import { placeOf, through, type World } from './world.js';

/** The use cases as one process of the gateway serves them. */
interface Api {
  readonly process: Process;
  readonly operations: Operations;
  readonly redemptions: Redemptions;
}

/** A request of a platform's; it may be sent again, with the same key, for as long as it had no answer and also after. */
interface Ask {
  readonly what: string;
  readonly tenant: Tenant;
  readonly send: (api: Api) => Promise<Answer>;
  answer: Answer | null;
}

/** Platforms that ask for everything there is to be asked, in any order, and lose answers. */
export interface Clients {
  /** The process that serves them now; another one once it was killed. */
  readonly api: () => Process;
  act(): string;
  crash(): string;
}

export function createClients(world: World): Clients {
  const { chance, time, turns, store, tenants, wire, broken } = world;
  const asks: Ask[] = [];
  let served = 0;
  let asked = 0;
  let trips = 0;
  let api = serve(world, ++served);

  const begin = (ask: Ask): string => {
    // Of two copies at once one may be refused for a reason that passes.
    const known = ask.answer !== null;
    void ask.send(api).then(
      (answer) => hear(world, ask, answer),
      (error: unknown) => refused(world, ask, error, known),
    );
    return ask.what;
  };
  const ask = (
    what: string,
    tenant: Tenant,
    body: object,
    send: (api: Api, request: IdempotentRequest) => Promise<Answer>,
  ) => {
    const request = idempotent(`k-${++asked}`, body);
    const one: Ask = { what, tenant, answer: null, send: (at) => send(at, request) };
    asks.push(one);
    return begin(one);
  };
  const some = (tenant: Tenant, fits: (row: OperationRow) => boolean): OperationRow | null => {
    const rows = [...store.tables.operations.values()].filter(
      (row) => row.tenantId === tenant.caller.tenantId && fits(row),
    );
    return rows.length === 0 ? null : chance.pick(rows);
  };

  const accrue = (tenant: Tenant): string => {
    const link = chance.pick(tenant.links);
    const nth = trips > 0 && chance.happens(0.1) ? chance.between(1, trips) : ++trips;
    const body = {
      linkId: link.id,
      activity: { ...FLIGHT, ticketNumber: String(9_990_000_000_000 + nth) },
      points: 100 * chance.between(1, 9),
      bonusPoints: chance.happens(0.2) ? 50 : 0,
      metadata: {},
      ...(chance.happens(0.1) ? { notBefore: new Date(time.now() + chance.between(1_000, 60_000)).toISOString() } : {}),
    };
    return ask(`accrual at ${link.scheme}`, tenant, body, (at, request) =>
      at.operations.accrue(tenant.caller, body, request),
    );
  };
  const reverse = (tenant: Tenant): string => {
    const accrual = some(tenant, ({ kind, state }) => kind === 'accrual' && state === 'posted');
    if (accrual === null) return accrue(tenant);
    const body = {
      accrualId: accrual.id,
      reason: 'test',
      metadata: {},
      ...(chance.happens(0.6) ? { points: chance.between(accrual.points / 2, accrual.points) } : {}),
      ...(chance.happens(0.3) ? { clientReference: 'again' } : {}),
    };
    return ask('reversal', tenant, body, (at, request) => at.operations.reverse(tenant.caller, body, request));
  };
  const redeem = (tenant: Tenant): string => {
    const link = chance.pick(tenant.links);
    const points = 100 * chance.between(1, 12);
    let quoteId: string | null = null;
    return ask(`redemption at ${link.scheme}`, tenant, { linkId: link.id, points }, async (at, request) => {
      if (quoteId === null) {
        const quote = await at.redemptions.quote(tenant.caller, { linkId: link.id, reward: REWARD, points }, 'en');
        quoteId = fromTypeId('qte', quote.id) ?? '';
      }
      return at.redemptions.redeem(tenant.caller, { quoteId, metadata: {} }, request);
    });
  };
  const actOn = (tenant: Tenant, act: 'confirm' | 'release'): string => {
    const held = some(tenant, ({ kind, state }) => kind === 'redemption' && state === 'held');
    const any = held ?? some(tenant, ({ kind, nextActionAt }) => kind === 'redemption' && nextActionAt !== null);
    if (any === null) return redeem(tenant);
    return ask(act, tenant, { act, id: any.id }, (at, request) => at.redemptions[act](tenant.caller, any.id, request));
  };
  const race = (tenant: Tenant): string => {
    const held = some(tenant, ({ kind, state }) => kind === 'redemption' && state === 'held');
    if (held === null) return redeem(tenant);
    const acts = chance.happens(0.5) ? (['confirm', 'release'] as const) : (['release', 'confirm'] as const);
    for (const act of acts) {
      ask(act, tenant, { act, id: held.id }, (at, request) => at.redemptions[act](tenant.caller, held.id, request));
    }
    return 'confirm against release';
  };
  const refund = (tenant: Tenant): string => {
    const confirmed = some(tenant, ({ kind, state }) => kind === 'redemption' && state === 'confirmed');
    if (confirmed === null) return actOn(tenant, 'confirm');
    const body = {
      redemptionId: confirmed.id,
      reason: 'test',
      metadata: {},
      ...(chance.happens(0.6) ? { points: chance.between(confirmed.points / 2, confirmed.points) } : {}),
    };
    return ask('refund', tenant, body, (at, request) => at.redemptions.refund(tenant.caller, body, request));
  };
  const again = (tenant: Tenant): string => (asks.length === 0 ? accrue(tenant) : `again ${begin(chance.pick(asks))}`);
  const foreign = (tenant: Tenant): string => {
    const others = [...store.tables.operations.values()].filter((row) => row.tenantId !== tenant.caller.tenantId);
    if (others.length === 0) return accrue(tenant);
    const { id } = chance.pick(others);
    const request = idempotent(`foreign-${++asked}`, { id });
    void api.redemptions.release(tenant.caller, id, request).then(
      () => broken.push('another tenant was answered about an operation'),
      (error: unknown) => {
        if (!(error instanceof Problem && error.code === 'NOT_FOUND')) {
          broken.push('another tenant was told that an operation exists');
        }
      },
    );
    return 'act on an operation of another tenant';
  };

  return {
    api: () => api.process,
    act: () => {
      const tenant = chance.pick(tenants);
      const acts = { accrue, reverse, redeem, race, refund, again, foreign };
      const act = chance.weighted(WEIGHTS);
      if (act === 'confirm' || act === 'release') return actOn(tenant, act);
      return acts[act](tenant);
    },
    crash: () => {
      const { process } = api;
      process.alive = false;
      turns.forget(process);
      api = serve(world, ++served);
      wire.faults.counts.set('gateway killed', (wire.faults.counts.get('gateway killed') ?? 0) + 1);
      return process.name;
    },
  };
}

const WEIGHTS = {
  accrue: 28,
  reverse: 8,
  redeem: 18,
  confirm: 14,
  release: 5,
  race: 6,
  refund: 6,
  again: 10,
  foreign: 2,
};

function serve(world: World, nth: number): Api {
  const { store, places, wire, vault, options } = world;
  const process = processNamed(`gateway ${nth}`);
  const operations = through(world, process, store.operations);
  const facts = (scheme: string) => placeOf(world, scheme).facts;
  const accounts = through(world, process, store.accounts);
  return {
    process,
    operations: createOperations({ store: operations, rest: { rested: async () => true }, facts }),
    redemptions: createRedemptions({
      store: through(world, process, releasing(store.redemptions, options.planted)),
      operations,
      accounts: { store: accounts, suppliers: suppliersOf(places, wire, process), vault },
      facts,
    }),
  };
}

function idempotent(key: string, body: object): IdempotentRequest {
  return {
    key,
    fingerprint: createHash('sha256').update(JSON.stringify(body)).digest(),
    refuse: (problem) => ({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: problem.code, operationId: problem.details.operationId }),
    }),
  };
}

/** What was answered exists, is the caller's, and is answered the same when it is asked again. */
function hear({ store, broken }: World, ask: Ask, answer: Answer): void {
  const row = answer.operationId === undefined ? undefined : store.tables.operations.get(answer.operationId);
  if (row === undefined) broken.push(`${ask.what} was answered ${answer.status}, and there is no such operation`);
  else if (row.tenantId !== ask.tenant.caller.tenantId) broken.push(`${ask.what} was answered about another tenant's`);
  if (ask.answer === null) ask.answer = answer;
  else if (ask.answer.body !== answer.body || ask.answer.status !== answer.status) {
    broken.push(`${ask.what} was asked again and answered otherwise`);
  } else if (!answer.replayed && !ask.answer.replayed) broken.push(`${ask.what} was accepted twice under one key`);
}

/** A refusal is told and not kept; what was answered before is never refused after. */
function refused({ broken }: World, ask: Ask, error: unknown, known: boolean): void {
  if (!(error instanceof Problem)) {
    broken.push(`${ask.what} failed: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`);
  } else if (known) broken.push(`${ask.what} was answered, and refused when it was asked again`);
}
