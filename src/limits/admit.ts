import { setMaxListeners } from 'node:events';
import type { Admission, Gate, Limited, Priority, Work } from '../core/supplier/ports.js';
import { type Clock, pause } from './clock.js';
import type { Place } from './place.js';
import type { Lines, Stand } from './lines.js';
import type { Pass, Probe, Probes } from './probes.js';
import type { Repeats, RepeatsTaken } from './repeats.js';
import type { Reserved } from './reserved.js';
import type { Watch } from './watch.js';

interface AdmitParts {
  readonly watch: Watch;
  readonly probes: Probes;
  readonly lines: Lines;
  readonly repeats: Repeats;
  readonly reserved: Reserved;
  readonly stand: Stand;
  readonly clock: Clock;
}

/** How long an admission is waited for, and how often an open breaker is looked at meanwhile. */
const WITHIN_MS = 1_000;
const LOOK_EVERY_MS = 250;

const BOTH: readonly Work[] = ['look-up', 'write'];
/** Of a kind that is not wanted. */
const NEVER: Pass = { waitMs: Number.POSITIVE_INFINITY };

interface Passes {
  readonly write: Pass;
  readonly lookUp: Pass;
}

/** Lets calls in ahead of their claim: as many as there are places, of the kinds whose breakers let them. */
export function createAdmit(parts: AdmitParts): Gate['admit'] {
  const { watch, probes, lines, repeats, reserved, stand, clock } = parts;

  const passes = async (
    connectionId: string,
    works: readonly Work[],
    until: number,
    signal: AbortSignal,
  ): Promise<Passes> => {
    // A probe that nobody here can use would only keep others from theirs.
    const pass = (work: Work): Promise<Pass> | Pass => (works.includes(work) ? probes.pass(connectionId, work) : NEVER);
    for (;;) {
      await watch.fresh(connectionId);
      signal.throwIfAborted();
      // The look-up first: where one probe is enough it is the one that changes nothing.
      const lookUp = await pass('look-up');
      const write = await pass('write');
      const leftMs = until - clock.now();
      if (allowed(lookUp, 1) + allowed(write, 1) > 0 || leftMs <= 0) return { write, lookUp };
      await pause(clock, Math.min(leftMs, LOOK_EVERY_MS), signal);
    }
  };

  /** What was let in, kept for the calls that begin soon. */
  const letIn = (asked: Asked, got: Passes, places: readonly Place[], again: RepeatsTaken): Admission => {
    const { connection, priority, wanted } = asked;
    const { connectionId } = connection;
    const line = lines.of(connection);
    for (const pass of [got.write, got.lookUp]) if (isProbe(pass)) probes.reserve(connectionId, pass);
    const reservation = reserved.add(connectionId, places);
    const calls = places.length;
    const writes = Math.min(calls, allowed(got.write, calls));
    const lookUps = Math.min(calls, allowed(got.lookUp, calls));
    const later = [
      ...(calls < wanted ? [line.waitMs(priority)] : []),
      ...(writes === 0 ? [waitOf(got.write)] : []),
      ...(lookUps === 0 ? [waitOf(got.lookUp)] : []),
      ...(again.count < writes ? [again.waitMs] : []),
    ];
    let settled = false;
    return {
      calls,
      writes,
      lookUps,
      repeats: Math.min(writes, again.count),
      waitMs: later.length === 0 ? 0 : finite(Math.min(...later)),
      settle: (begun) => {
        if (settled) return;
        settled = true;
        line.giveBack(reservation.takeBack(Math.max(0, calls - begun.writes - begun.lookUps)));
        if (begun.writes === 0 && isProbe(got.write)) probes.release(connectionId, got.write);
        if (begun.lookUps === 0 && isProbe(got.lookUp)) probes.release(connectionId, got.lookUp);
        again.settle({ repeats: begun.repeats, firsts: begun.writes - begun.repeats });
      },
    };
  };

  return async (connection, priority, wanted, signal, works = BOTH) => {
    const { connectionId } = connection;
    // One signal may stand for all connections of an engine.
    setMaxListeners(0, signal);
    const until = clock.now() + WITHIN_MS;
    const turn = lines.nextTurn();
    const got = await passes(connectionId, works, until, signal);
    const writes = allowed(got.write, wanted);
    const atMost = Math.min(wanted, writes + allowed(got.lookUp, wanted));
    if (atMost === 0) return none(Math.min(waitOf(got.write), waitOf(got.lookUp)));

    const again = await repeats.take(connectionId, writes);
    const wish = { priority, turn, wanted: atMost, until, leadMs: reserved.leadMs(connectionId) };
    const places = await stand(connection, wish, signal);
    if (places.length > 0) return letIn({ connection, priority, wanted }, got, places, again);
    for (const pass of [got.write, got.lookUp]) if (isProbe(pass)) pass.settle('released');
    again.settle({ repeats: 0, firsts: 0 });
    signal.throwIfAborted();
    return none(lines.of(connection).waitMs(priority));
  };
}

interface Asked {
  readonly connection: Limited;
  readonly priority: Priority;
  readonly wanted: number;
}

function none(waitMs: number): Admission {
  return { calls: 0, writes: 0, lookUps: 0, repeats: 0, waitMs, settle: () => undefined };
}

function finite(ms: number): number {
  return Number.isFinite(ms) ? ms : 0;
}

function isProbe(pass: Pass): pass is Probe {
  return pass !== 'all' && 'settle' in pass;
}

/** How many of so many calls a breaker lets through. */
function allowed(pass: Pass, wanted: number): number {
  if (pass === 'all') return wanted;
  return isProbe(pass) ? Math.min(1, wanted) : 0;
}

function waitOf(pass: Pass): number {
  return pass !== 'all' && 'waitMs' in pass ? pass.waitMs : 0;
}
