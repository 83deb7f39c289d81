import { setImmediate as nextTurn } from 'node:timers/promises';
import { OPEN_GATE } from '../../support/open-gate.js';
import { createEngine, type Engine, type EngineDeps } from '../../../src/core/operation/engine.js';
import type { AttemptEnd, Claimed, ClaimRequest, Completion } from '../../../src/core/operation/ports.js';
import type { Supplier, Suppliers } from '../../../src/core/supplier/ports.js';
import type { Receipt } from '../../../src/spec/adapter.js';
import { accruing, claimed, supplierOf, vaultOf } from './fake-claim.js';
import { TENANT } from './fake-scheme.js';
import { receipt } from './situations.js';

export type Completed = Awaited<ReturnType<EngineDeps['store']['complete']>>;

export interface Running {
  readonly engine: Engine;
  /** Wakes and lets everything happen that can: nothing but the calls of a supplier that is told to wait outlasts a turn. */
  readonly wake: (...woken: Parameters<Engine['wake']>) => Promise<void>;
  readonly claims: ClaimRequest[];
  readonly completions: Completion[];
  readonly errors: unknown[];
  readonly ends: AttemptEnd[];
}

/** An engine over a store that gives these claims, one list per call, and these answers to completions. */
export function running(given: {
  readonly pages?: readonly (readonly Claimed[])[];
  readonly supplier?: Supplier;
  readonly suppliers?: Suppliers['of'];
  readonly complete?: () => Promise<Completed>;
  readonly claim?: EngineDeps['store']['claim'];
  readonly slots?: number;
  readonly retries?: number;
  readonly gate?: Partial<EngineDeps['gate']>;
  readonly guard?: EngineDeps['guard'];
  readonly onAttempt?: EngineDeps['onAttempt'];
}): Running {
  const pages = [...(given.pages ?? [])];
  const claims: ClaimRequest[] = [];
  const completions: Completion[] = [];
  const errors: unknown[] = [];
  const ends: AttemptEnd[] = [];
  const supplier = given.supplier ?? supplierOf(accruing(async () => receipt({ echo: {} })));
  const slots = given.slots ?? 4;
  const engine = createEngine({
    store: {
      claim: async (request) => {
        claims.push(request);
        return (await given.claim?.(request)) ?? pages.shift() ?? [];
      },
      complete: async (completion) => {
        completions.push(completion);
        return (await given.complete?.()) ?? 'applied';
      },
    },
    suppliers: { of: given.suppliers ?? (async () => supplier), connectionFor: async () => null },
    gate: { ...OPEN_GATE, ...given.gate },
    guard: given.guard ?? { authFailed: async () => false },
    vault: vaultOf(),
    random: () => 0.5,
    limits: {
      total: slots,
      perConnection: slots,
      retries: given.retries ?? slots,
      onError: (error) => errors.push(error),
    },
    onAttempt: given.onAttempt ?? ((end) => ends.push(end)),
    onError: (error, where) => errors.push(where, error),
  });
  const wake: Running['wake'] = async (...woken) => {
    engine.wake(...woken);
    await nextTurn();
  };
  return { engine, wake, claims, completions, errors, ends };
}
/** So many operations, named. */
export const hints = (count: number): ClaimRequest['hints'] =>
  Array.from({ length: count }, (_, index) => ({ tenantId: TENANT, id: `op-${index}` }));
/** The same claim so many times. */
export const many = (count: number): Claimed[] => Array.from({ length: count }, () => claimed());
/** A send that ends when it is told to. */
export function slow(): { readonly supplier: Supplier; readonly answer: () => void } {
  let answer: () => void = () => undefined;
  const answered = new Promise<Receipt>((resolve) => {
    answer = () => resolve(receipt({ echo: {} }));
  });
  return { supplier: supplierOf(accruing(() => answered)), answer };
}
