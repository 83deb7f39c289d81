import type { Gate, Limited } from '../core/supplier/ports.js';
import { AdapterFault } from '../spec/errors.js';
import { type Clock, pause } from './clock.js';
import type { Ends } from './ends.js';
import type { Place } from './place.js';
import type { Lines, Stand } from './lines.js';
import type { Probe, Probes } from './probes.js';
import type { Reserved } from './reserved.js';
import type { Watch } from './watch.js';

interface EnterParts {
  readonly watch: Watch;
  readonly probes: Probes;
  readonly lines: Lines;
  readonly reserved: Reserved;
  readonly ends: Ends;
  readonly stand: Stand;
  readonly clock: Clock;
}

type Request = Parameters<Gate['enter']>[1];

/** Lets single requests through: past the breaker, then at a place of their own. */
export function createEnter(parts: EnterParts): Gate['enter'] {
  const { watch, probes, lines, reserved, ends, stand, clock } = parts;

  /** The probe that this request is, where the breaker is open. */
  const passed = async ({ connectionId }: Limited, { work, admitted }: Request): Promise<Probe | undefined> => {
    // What was admitted to look up keeps its probe for itself; the first request of a write may be one for a token.
    const mine = work === 'look-up' && !admitted ? undefined : probes.reserved(connectionId, work);
    if (mine !== undefined) return mine;
    const pass = await probes.pass(connectionId, work);
    if (pass === 'all') return undefined;
    if ('waitMs' in pass) throw notSent('breaker open');
    return pass;
  };

  const nextPlace = async (connection: Limited, request: Request, turn: number, until: number, signal: AbortSignal) => {
    const own = request.admitted ? reserved.next(connection.connectionId) : undefined;
    if (own !== undefined) return own;
    const { priority } = request;
    const [place] = await stand(connection, { priority, turn, wanted: 1, until, leadMs: 0 }, signal);
    return place;
  };

  /** Waits for a moment at which one more call may begin. One that was missed is lost, and the turn in line is kept. */
  const reach = async (connection: Limited, request: Request, until: number, signal: AbortSignal): Promise<void> => {
    const turn = lines.nextTurn();
    for (;;) {
      const place = await nextPlace(connection, request, turn, until, signal);
      if (place === undefined || place.from > until) {
        giveBack(connection, place);
        throw notSent(signal.aborted ? 'aborted by the caller' : 'local limit');
      }
      if (place.from > clock.now()) await pause(clock, Math.ceil(place.from - clock.now()), signal);
      if (signal.aborted) {
        giveBack(connection, place);
        throw notSent('aborted by the caller');
      }
      if (clock.now() <= place.until) return;
    }
  };

  const giveBack = (connection: Limited, place: Place | undefined): void => {
    if (place !== undefined) lines.of(connection).giveBack([place]);
  };

  return async (connection, request, signal) => {
    const until = clock.now() + request.withinMs;
    const { connectionId } = connection;
    await watch.fresh(connectionId);
    const probe = await passed(connection, request);
    try {
      await reach(connection, request, until, signal);
    } catch (error) {
      probe?.settle('released');
      throw error;
    }
    lines.begun(connectionId);
    return ends.of(connectionId, request.work, probe);
  };
}

function notSent(detail: string): AdapterFault {
  return new AdapterFault({ kind: 'not-sent', detail });
}
