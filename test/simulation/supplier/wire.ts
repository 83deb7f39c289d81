import type { CallOptions } from '../../../src/core/supplier/ports.js';
import type { HttpRequest, HttpResponse } from '../../../src/spec/adapter.js';
import type { Timing } from '../../../src/spec/scheme.js';
import { AdapterFault } from '../../../src/spec/errors.js';
import type { Chance } from '../chance.js';
import type { Process, Turns } from '../turns.js';
import type { VirtualTime } from '../virtual-time.js';
import type { Sent } from './adapter.js';
import { type Mishap, mishapOf } from './mishaps.js';
import type { Platform } from './platform.js';

/** The network between us and every platform. */
export interface Wire {
  readonly time: VirtualTime;
  readonly turns: Turns;
  readonly chance: Chance;
  readonly timing: Timing;
  /** Counts what happened to requests, and says whether anything does. */
  readonly faults: { on: boolean; readonly counts: Map<string, number> };
  readonly looksAtLease: boolean;
  /** Told of a write that passed the look at its lease and is about to leave. */
  readonly onSend: (scheme: string, sent: Sent) => void;
}

const FREEZES = 0.03;
/** A commit that comes late still comes this much before anybody may take it for never coming. */
const BEFORE_CONCLUSIVE_MS = 1_500;

/** Sends one request as the kit's http does: looks at the lease last, observes how it ended, gives up after the total time. */
export async function send(
  wire: Wire,
  platform: Platform,
  process: Process,
  request: HttpRequest,
  options: CallOptions,
): Promise<HttpResponse> {
  const { time, turns, chance, timing } = wire;
  const { effect } = request;
  const sent = JSON.parse(request.body ?? '{}') as Sent;
  const told = (outcome: string, status: number | null): void => options.observe?.({ effect, outcome, status });
  const notSent = (detail: string): never => {
    told('not-sent', null);
    throw new AdapterFault({ kind: 'not-sent', detail });
  };
  // Reading an account has timers of its own, which are real ones: it is at once, and never fails in a way that is tried again.
  if (sent.asks === 'the account') return readAccount(wire, platform, sent);
  await turns.wait(time.now() + chance.between(0, 200), `${platform.scheme} connects`, process);
  const left = options.lease?.remainingMs() ?? timing.leaseMs;
  if (effect === 'write' && wire.looksAtLease && left < timing.totalMs + timing.sendMarginMs) {
    count(wire, 'lease too short');
    return notSent('lease too short to begin a write');
  }
  const mishap = wire.faults.on ? mishapOf(chance, effect, platform.character) : 'none';
  count(wire, mishap);
  if (mishap === 'connection refused') return notSent('connection refused');
  if (mishap === 'bug before the send') throw new TypeError('planted before the send');
  if (effect === 'write') wire.onSend(platform.scheme, sent);
  const claimedAt = time.now() - (timing.leaseMs - left);
  await freezePerhaps(wire, process);
  const lateBy = Math.max(time.now(), claimedAt + platform.character.conclusiveAfterMs - BEFORE_CONCLUSIVE_MS);
  const response = await answered(wire, platform, process, { sent, mishap, lateBy });
  if (response === null) {
    told('unknown', null);
    throw new AdapterFault({ kind: 'unknown-outcome', detail: 'not finished in time' });
  }
  told('answered', response.status);
  if (mishap === 'bug after the answer') throw new TypeError('planted after the answer');
  return response;
}

/** A worker that stands still between its look at the lease and the first byte: the longest that the scheme allows for. */
async function freezePerhaps({ faults, time, turns, chance, timing }: Wire, process: Process): Promise<void> {
  if (!faults.on || !chance.happens(FREEZES)) return;
  faults.counts.set('frozen before the first byte', (faults.counts.get('frozen before the first byte') ?? 0) + 1);
  const pause = chance.between(1_000, timing.maxPauseMs);
  process.frozenUntil = Math.max(process.frozenUntil, time.now() + pause);
  await turns.pause(time.now() + pause, 'wakes and sends', process);
}

/** Resolves with the answer, or with `null` when the time is up first. What has left arrives, whoever dies meanwhile. */
function answered(
  { time, turns, chance, timing, faults }: Wire,
  platform: Platform,
  process: Process,
  { sent, mishap, lateBy }: { readonly sent: Sent; readonly mishap: Mishap; readonly lateBy: number },
): Promise<HttpResponse | null> {
  const what = `${platform.scheme} ${sent.asks === 'to do' ? sent.verb : `look at ${sent.verb}`}`;
  return new Promise((resolve) => {
    const givesUp = turns.at(time.now() + timing.totalMs, `${what} is given up`, process, () => resolve(null));
    turns.at(time.now() + chance.between(1, 150), `${what} arrives: ${mishap}`, null, () => {
      const response = platform.receive(sent, mishap, lateBy);
      if (response === null) return;
      const slow = faults.on && chance.happens(0.04) ? timing.totalMs : 0;
      turns.at(time.now() + slow + chance.between(5, 800), `${what} is answered`, process, () => {
        turns.drop(givesUp);
        resolve(response);
      });
    });
  });
}

function readAccount({ faults, chance }: Wire, platform: Platform, sent: Sent): HttpResponse {
  if (faults.on && chance.happens(0.1)) return { status: 429, headers: {}, body: '' };
  const response = platform.receive(sent, 'none', 0);
  if (response === null) throw new Error('an account is always answered');
  return response;
}

function count({ faults }: Wire, what: string): void {
  if (what !== 'none') faults.counts.set(what, (faults.counts.get(what) ?? 0) + 1);
}
