import type { MemberVault } from '../../src/core/link/vault.js';
import type { Notification } from '../../src/spec/notification.js';
import { type Chance, chanceOf } from './chance.js';
import { createMemoryStore, type MemoryStore } from './memory-store/memory-store.js';
import { FETCHED_AFTER_MS } from './business-days.js';
import { LEFT_OUT, type SimulationOptions } from './options.js';
import { openVault, settlePeople, type Tenant } from './people.js';
import { drawPlaces, type Place, TIMING } from './places.js';
import type { Sent } from './supplier/adapter.js';
import type { Wire } from './supplier/wire.js';
import { createTurns, type Process, type Turns } from './turns.js';
import { virtualTime, type VirtualTime } from './virtual-time.js';

/** A write that was let go of, as it stood when its lease was looked at. */
export interface Departure extends Sent {
  readonly scheme: string;
}

/** Everything that one run consists of. */
export interface World {
  readonly options: SimulationOptions;
  readonly chance: Chance;
  readonly time: VirtualTime;
  readonly turns: Turns;
  readonly store: MemoryStore;
  readonly places: readonly Place[];
  readonly tenants: readonly Tenant[];
  readonly vault: MemberVault;
  readonly wire: Wire;
  readonly departures: Departure[];
  /** What platforms tell by themselves, on its way to us. */
  readonly told: { readonly scheme: string; readonly notification: Notification }[];
  /** What must not happen, in words. */
  readonly broken: string[];
}

export function createWorld(options: SimulationOptions): World {
  const chance = chanceOf(options.seed);
  const time = virtualTime(beginning(chance));
  const turns = createTurns(time);
  const told: World['told'] = [];
  const departures: Departure[] = [];
  const left = options.planted === undefined ? undefined : LEFT_OUT[options.planted];
  let minted = 0;
  const store = createMemoryStore({
    now: () => time.now(),
    mint: () => `token-${++minted}`,
    without: left === undefined ? [] : [left],
  });
  const push = (scheme: string, notification: Notification): void => void told.push({ scheme, notification });
  const places = drawPlaces({ time, turns, chance, push });
  const tenants = settlePeople(store.tables, places, time.now());
  const wire: Wire = {
    time,
    turns,
    chance,
    timing: TIMING,
    faults: { on: true, counts: new Map() },
    looksAtLease: options.planted !== 'send without looking at the lease',
    onSend: (scheme, sent) => void departures.push({ ...sent, scheme }),
  };
  const vault = openVault();
  return { options, chance, time, turns, store, places, tenants, vault, wire, departures, told, broken: [] };
}

/** Midnight of a Monday in the zone of the simulated schemes. */
const MIDNIGHT = Date.parse('2026-03-01T16:00:00.000Z');
const MINUTE_MS = 60_000;

/** Any time of a day, and often just before its end or just before the day before is settled. */
function beginning(chance: Chance): number {
  const about = chance.weighted({ 'the end of the day': 1, 'the settlement': 1, 'any time': 2 });
  switch (about) {
    case 'the end of the day':
      return MIDNIGHT - chance.between(1, 2 * MINUTE_MS);
    case 'the settlement':
      return MIDNIGHT + FETCHED_AFTER_MS - chance.between(1, 2 * MINUTE_MS);
    case 'any time':
      return MIDNIGHT + chance.between(0, 24 * 60 * MINUTE_MS);
    default:
      return about satisfies never;
  }
}

/** The platform of a scheme. */
export function placeOf({ places }: World, scheme: string): Place {
  const place = places.find((one) => one.scheme.id === scheme);
  if (place === undefined) throw new Error(`no scheme ${scheme}`);
  return place;
}

/**
 * A port as one process uses it: each call waits for its turn, and sometimes its answer for another, so that others come between and the
 * process may die before the call, or after it and before it knows.
 */
export function through<T extends object>({ turns, time, chance }: World, process: Process, port: T): T {
  const waiting = Object.entries(port).map(([name, call]) => {
    const waits = async (...given: unknown[]): Promise<unknown> => {
      await turns.wait(time.now(), `${process.name} ${name}`, process);
      const result = await (call as (...given: unknown[]) => Promise<unknown>)(...given);
      if (chance.happens(0.15)) await turns.wait(time.now(), `${process.name} hears of ${name}`, process);
      return result;
    };
    return [name, waits];
  });
  return Object.fromEntries(waiting) as T;
}
