import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, RequestHandler, Response } from 'express';
import type { Handler, Platform, WireAnswer, WireRequest } from '../platform.js';
import type { Clock } from './clock.js';
import type { ExchangeFault, Faults } from './faults.js';
import type { LateWork } from './late-work.js';
import { readBody } from './request-body.js';
import type { Store } from './store.js';
import { drip, garbage, gatewayError, retryAfterHeaders, send } from './wire.js';

/** What stands between the wire and every handler of one scheme. */
export interface ExchangeParts {
  readonly platform: Pick<Platform, 'throttled' | 'busy'>;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly store: Store;
  readonly late: LateWork;
  /** Aborted when this sandbox stops or is reset: nothing is committed from then on. */
  readonly signal: AbortSignal;
}

const ERROR_STATUSES = [500, 502, 503, 504] as const;

/** Makes an Express route of a platform's handler: one fault is drawn per request and played around its one commit point. */
export function makeServe(parts: ExchangeParts): (handler: Handler) => RequestHandler {
  return (handler) => (req, res) => {
    exchange(parts, handler, req, res).catch((error: unknown) => {
      if (!parts.signal.aborted && !clientLeft(error)) console.error('sandbox:', error);
      res.destroy();
    });
  };
}

async function exchange(parts: ExchangeParts, handler: Handler, req: Request, res: Response): Promise<void> {
  const fault = parts.faults.exchange();
  if (fault === 'refuse') {
    req.socket.resetAndDestroy();
    return;
  }
  const half = parts.faults.latencyMs() / 2;
  const body = await readBody(req);
  if (body === null) {
    send(res, { status: 413 });
    return;
  }
  if (half > 0) await sleep(half, undefined, { signal: parts.signal });
  parts.signal.throwIfAborted();
  const skew = fault === 'skewedClock' ? parts.faults.skewMs() : 0;
  const commit = (): WireAnswer => {
    const stampedAt = parts.clock() + skew;
    return parts.store.commit(() => handler(wireRequest(req, body, stampedAt)));
  };
  if (skew !== 0) res.setHeader('Date', new Date(parts.clock() + skew).toUTCString());
  const reply = play(parts, fault, commit, res);
  if (reply === null) return;
  if (half > 0) await sleep(half, undefined, { signal: parts.signal });
  await reply();
}

/** Commits or not, now or later, and says how the answer leaves; `null` where none does. */
function play(
  parts: ExchangeParts,
  fault: ExchangeFault | null,
  commit: () => WireAnswer,
  res: ServerResponse,
): (() => void | Promise<void>) | null {
  const { faults, platform } = parts;
  switch (fault) {
    case null:
    case 'skewedClock':
      return sending(res, commit());
    case 'refuse':
    case 'hang':
      return null;
    case 'dropBeforeCommit':
      return () => void res.destroy();
    case 'commitThenDrop':
      commit();
      return () => void res.destroy();
    case 'commitLate':
      parts.late.after(faults.lateMs, commit);
      return () => void res.destroy();
    case 'throttle':
      return sending(res, platform.throttled(retryAfterHeaders(faults.random, parts.clock())));
    case 'errorBeforeCommit': {
      const status = faults.random.pick(ERROR_STATUSES);
      return sending(res, status === 503 && platform.busy ? platform.busy() : gatewayError(status));
    }
    case 'errorAfterCommit':
      commit();
      return sending(res, gatewayError(faults.random.pick(ERROR_STATUSES)));
    case 'garbage': {
      const answer = faults.random.next() < 0.5 ? commit() : null;
      return () => garbage(res, answer, faults.random);
    }
    case 'wrongEcho': {
      const answer = commit();
      const wrong = answer.wrongEchoes ?? [];
      return sending(res, wrong.length === 0 ? answer : { ...answer, body: faults.random.pick(wrong) });
    }
    case 'slowDrip': {
      const answer = commit();
      return () => drip(res, answer, parts.signal);
    }
    default:
      return fault satisfies never;
  }
}

function clientLeft(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

function sending(res: ServerResponse, answer: WireAnswer): () => void {
  return () => send(res, answer);
}

function wireRequest(req: Request & IncomingMessage, body: Buffer, stampedAt: number): WireRequest {
  const [, query = ''] = req.originalUrl.split('?', 2);
  return {
    method: req.method,
    target: req.originalUrl,
    params: req.params as Record<string, string>,
    query: new URLSearchParams(query),
    headers: req.headers,
    body,
    stampedAt,
  };
}
