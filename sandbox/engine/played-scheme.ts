import type { Platform, Play, Push } from '../platform.js';
import { type BookRow, type Books, openBooks } from './books.js';
import { type BusinessDays, openBusinessDays } from './business-days.js';
import type { Clock } from './clock.js';
import { makeServe } from './exchange.js';
import { type Faults, openFaults } from './faults.js';
import { type LateWork, openLateWork } from './late-work.js';
import { type Member, type Members, openMembers } from './members.js';
import { openPushes, type Pushes } from './pushes.js';
import type { SandboxScheme } from './scheme-file.js';
import { openSettlement, type Settlement } from './settlement.js';
import { Field } from './shape.js';
import type { Collection, Store } from './store.js';

/** A scheme with everything the engine and its platform hold of it. */
export interface PlayedScheme {
  readonly scheme: SandboxScheme;
  readonly play: Play;
  readonly members: Members;
  readonly books: Books;
  readonly days: BusinessDays;
  readonly settlement: Settlement;
  readonly faults: Faults;
  readonly pushes: Pushes;
  readonly late: LateWork;
}

/** What all schemes of one sandbox share. */
export interface Shared {
  readonly store: Store;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const PUSH_BACKOFF_MS = 250;

/** Opens one scheme on its platform, with what the store remembers of it. */
export function playScheme(scheme: SandboxScheme, platform: Platform, shared: Shared): PlayedScheme {
  const { store, clock, signal } = shared;
  const collection = <T>(name: string): Collection<T> => store.collection<T>(`${scheme.id}/${name}`);
  const faults = openFaults();
  const late = openLateWork();
  const members = openMembers(scheme, clock, collection<Member>('members'));
  const days = openBusinessDays(scheme.zone, clock, collection<string>('days'), (date) => play.nightly?.(date));
  const books = openBooks(clock, () => days.open(), {
    rows: collection<BookRow>('books'),
    counters: collection<number>('counters'),
  });
  const settlement = openSettlement({
    books,
    members,
    memory: collection('mischief'),
    file: (date) => play.settlementFile?.(date),
  });
  const backoff = new Field(scheme.behaviour).at('pushBackoffMs').optional((field) => field.whole({ min: 1 }));
  const pushes = openPushes({
    faults,
    clock,
    memory: collection<Push>('pushes'),
    sign: (push) => platform.signPush?.(scheme, push) ?? {},
    backoffMs: backoff ?? PUSH_BACKOFF_MS,
    signal,
  });
  const play = platform.open(scheme, {
    clock,
    members,
    books,
    days,
    settlement,
    push: (push) => pushes.send(push),
    later: (ms, work) => late.after(ms, () => store.commit(work)),
    collection: (name) => collection(`platform/${name}`),
    serve: makeServe({ platform, faults, clock, store, late, signal }),
  });
  return { scheme, play, members, books, days, settlement, faults, pushes, late };
}
