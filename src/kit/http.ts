import type { Http, HttpRequest } from '../spec/adapter.js';
import { crashPoint } from '../spec/crash-point.js';
import { AdapterFault, type Fault } from '../spec/errors.js';
import type { Work } from '../spec/request.js';
import type { Instant } from '../spec/values.js';
import type { Agents } from './agents.js';
import { classify, type Stop } from './classify.js';
import type { ExchangeTiming } from './deadlines.js';
import { type Ended, exchange } from './exchange.js';
import { excerpt, pathExcerpt } from './excerpt.js';
import { type HttpGate, throughGate, workOf } from './http-gate.js';
import { type Read, readFile, readText } from './read-body.js';
import { type Redact, redactor } from './redact.js';
import { requestTarget } from './request-target.js';

/** One exchange as it may be kept and shown: `path` and `excerpt` redacted, `status` null without an answer's head. */
export interface ObservedExchange {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly effect: HttpRequest['effect'];
  readonly status: number | null;
  readonly outcome: 'answered' | 'not-sent' | 'unknown';
  readonly latencyMs: number;
  readonly excerpt: string;
  readonly at: Instant;
}

/**
 * How long the worker's claim on the operation still holds, on a monotonic clock, and what must remain beyond the total
 * timeout.
 */
interface Lease {
  remainingMs(): number;
  readonly marginMs: number;
}

/** The time limits of a file, in milliseconds: for everything together, and between two pieces of it. */
interface FileTiming {
  readonly totalMs: number;
  readonly stallMs: number;
}

const FILE_TIMING: FileTiming = { totalMs: 600_000, stallMs: 30_000 };

/**
 * What one attempt's http is made of. `allowedOrigin` is the origin of the connection's `baseUrl`. `secrets` are all
 * texts that no record may show: the connection's secrets, and the member number and names of the call. Without
 * `fileTiming` a file may take ten minutes, and half a minute between two pieces of it; how long connecting and the
 * first byte may take is as for every call. `gate` says when a request may begin.
 */
export interface HttpOptions {
  readonly agents: Agents;
  readonly timing: ExchangeTiming;
  readonly fileTiming?: FileTiming | undefined;
  readonly allowedOrigin: string;
  readonly signal: AbortSignal;
  readonly lease?: Lease | undefined;
  readonly observe?: ((exchange: ObservedExchange) => void) | undefined;
  readonly gate?: HttpGate | undefined;
  readonly secrets: readonly string[];
}

/**
 * The adapters' way to a supplier; what it promises stands at `Http`. Throws a plain Error, before anything is sent and
 * without a record, for a request that only a mapping bug can ask for (see `requestTarget`).
 */
export function createHttp(options: HttpOptions): Http {
  let redact: Redact | undefined;

  const once = async <B>(request: HttpRequest, work: Work, timing: ExchangeTiming, read: Read<B>) => {
    const url = requestTarget(request, options.allowedOrigin);
    let at = new Date().toISOString();
    let started = performance.now();
    const mayBegin = (): Stop | null => leaseStop(request, options);
    const send = (): Promise<Ended<B>> => {
      at = new Date().toISOString();
      started = performance.now();
      return exchange(url, request, { ...options, timing, mayBegin }, read);
    };
    const told = (ended: Pick<Ended<B>, 'status' | 'seen'>, fault: Fault | null): void => {
      if (options.observe === undefined) return;
      redact ??= redactor(options.secrets);
      const latencyMs = Math.round(performance.now() - started);
      tell(options.observe, { ...seen(url, request, ended, redact), outcome: outcomeOf(fault), latencyMs, at });
    };
    let ended: Ended<B>;
    try {
      const gate = options.signal.aborted ? undefined : options.gate;
      ended = await throughGate(gate, work, () => spareMs(request, options), send);
    } catch (error) {
      if (error instanceof AdapterFault) told({ status: null, seen: '' }, error.fault);
      throw error;
    }
    const fault = ended.whole ? null : classify(ended.progress, ended.cause);
    told(ended, fault);
    if (!ended.whole) throw new AdapterFault(classify(ended.progress, ended.cause));
    return ended;
  };

  return {
    send: async (request) => {
      const { status, headers, content } = await once(request, workOf(request), options.timing, readText);
      if (request.effect !== 'read') crashPoint('before-parse');
      return { status, headers, body: content };
    },
    download: async ({ method, url, headers: given }) => {
      const request = { method, url, effect: 'read', headers: { accept: '*/*', ...given } } as const;
      const timing = { ...options.timing, ...(options.fileTiming ?? FILE_TIMING) };
      const { status, headers, content } = await once(request, 'file', timing, readFile);
      return { status, headers, bytes: content };
    },
  };
}

/**
 * A write may begin only while the claim outlives the longest the exchange can take; a lease that cannot tell is too
 * short.
 */
function leaseStop(request: HttpRequest, options: HttpOptions): Stop | null {
  return spareMs(request, options) >= 0 ? null : 'lease-too-short';
}

/** What a write's claim has left beyond the exchange, in milliseconds; a read needs none. */
function spareMs(request: HttpRequest, { lease, timing }: HttpOptions): number {
  if (request.effect === 'read' || lease === undefined) return Number.POSITIVE_INFINITY;
  return lease.remainingMs() - timing.totalMs - lease.marginMs;
}

function outcomeOf(fault: Fault | null): ObservedExchange['outcome'] {
  if (fault === null) return 'answered';
  return fault.kind === 'not-sent' ? 'not-sent' : 'unknown';
}

function seen(
  url: URL,
  { method, effect }: HttpRequest,
  ended: { readonly status: number | null; readonly seen: string },
  redact: Redact,
) {
  const { status } = ended;
  return { method, path: pathExcerpt(url, redact), effect, status, excerpt: excerpt(ended.seen, redact) };
}

/** What happened at the supplier must not depend on who watches: an observer's failure never replaces an answer. */
function tell(observe: (exchange: ObservedExchange) => void, exchange: ObservedExchange): void {
  try {
    observe(exchange);
  } catch {
    // The attempt's own row still tells the outcome.
  }
}
