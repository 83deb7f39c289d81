import { TIMINGS } from '../../src/config/timing.js';
import type { SchemeFacts } from '../../src/core/operation/prepare.js';
import type { Supplier, Suppliers } from '../../src/core/supplier/ports.js';
import type { Notification } from '../../src/spec/notification.js';
import type { Scheme, Timing } from '../../src/spec/scheme.js';
import { fakeScheme, TERMS } from '../core/operation/fake-scheme.js';
import type { Chance } from './chance.js';
import { simulatedAdapter } from './supplier/adapter.js';
import { characterOf, type Flow, SUPPLIER_KINDS, type SupplierKind } from './supplier/kinds.js';
import { createPlatform, type Platform } from './supplier/platform.js';
import { send, type Wire } from './supplier/wire.js';
import type { Process, Turns } from './turns.js';
import type { VirtualTime } from './virtual-time.js';

/** A scheme with its platform and the one connection that everybody shares. */
export interface Place {
  readonly scheme: Scheme;
  readonly connectionId: string;
  readonly platform: Platform;
  readonly facts: SchemeFacts;
}

/** A redemption may wait for its confirm as long as a hold stands. */
export const TIMING: Timing = { ...TIMINGS.fast, stepDeadlineMs: 120_000 };

const PLACES = 3;

export interface PlacesDeps {
  readonly time: VirtualTime;
  readonly turns: Turns;
  readonly chance: Chance;
  readonly push: (scheme: string, notification: Notification) => void;
}

/** Schemes of different kinds, as the seed draws them. */
export function drawPlaces(deps: PlacesDeps): Place[] {
  const { chance } = deps;
  const kinds: SupplierKind[] = [];
  while (kinds.length < PLACES) {
    const kind = chance.pick(SUPPLIER_KINDS);
    if (!kinds.includes(kind)) kinds.push(kind);
  }
  return kinds.map((kind, index) => placeOf(deps, kind, index));
}

function placeOf(deps: PlacesDeps, kind: SupplierKind, index: number): Place {
  const { chance } = deps;
  const flow = chance.pick<Flow>(['soft', 'native']);
  const character = characterOf(kind, {
    flow,
    lagMs: chance.between(0, TIMING.eventualGapMs),
    skewMs: chance.happens(0.2) ? chance.pick([-600_000, 600_000]) : 0,
    resend: chance.happens(0.15) ? 'by-person' : 'automatic',
  });
  const id = `${kind} ${flow}`.replaceAll(' ', '-');
  const scheme = fakeScheme({
    id,
    resend: character.resend,
    terms: TERMS.map((terms) => ({ ...terms, redeem: [{ reward: 'flight', currency: 'CNY', pointsPerUnit: 100 }] })),
  });
  const pushes = kind === 'push only' || chance.happens(0.3);
  const platform = createPlatform(id, character, { ...deps, pushes });
  const adapter = simulatedAdapter(character);
  const connectionId = `0a000000-0000-4000-8000-00000000000${index + 1}`;
  return { scheme, connectionId, platform, facts: { scheme, adapter, timing: TIMING } };
}

/** The suppliers as a process reaches them; what it has under way dies with it. */
export function suppliersOf(places: readonly Place[], wire: Wire, process: Process): Suppliers {
  const of = (connectionId: string): Supplier => {
    const place = places.find((one) => one.connectionId === connectionId);
    if (place === undefined) throw new Error('no such connection');
    const { scheme, facts, platform } = place;
    return {
      connectionId,
      version: 1,
      scheme,
      adapter: facts.adapter,
      config: {} as never,
      timing: facts.timing,
      limits: scheme.limits,
      context: (options) => ({
        config: {} as never,
        http: {
          send: (request) => send(wire, platform, process, request, options),
          download: () => Promise.reject(new Error('no operation downloads a file')),
        },
        tokens: { get: async (_name, make) => (await make()).value, drop: () => undefined },
        now: () => wire.time.now(),
        nonce: () => 'nonce',
        signal: new AbortController().signal,
      }),
    };
  };
  return { of: async (connectionId) => of(connectionId), connectionFor: async () => null };
}
