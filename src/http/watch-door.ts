import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Readiness } from '../core/health/readiness.js';
import { newExchange } from './exchange.js';
import { METRICS_TYPE } from './metrics.js';
import { type DoorProblem, renderProblem } from './problem.js';

/** What a process shows to those who watch over it. */
export interface Watched {
  readonly alive: () => boolean;
  readonly ready: () => Promise<Readiness>;
  readonly metrics: () => Promise<string>;
}

/** A listening door for monitoring. */
export interface WatchDoor {
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves `/metrics`, `/healthz` and `/readyz` and nothing else, on a port that is not for strangers; as the contract describes them. */
export async function openWatchDoor(watched: Watched, port: number, host: string): Promise<WatchDoor> {
  const server = http.createServer((request, response) => {
    void answer(watched, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

async function answer(watched: Watched, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const exchange = newExchange(request.headers['accept-language']);
  const refused = (problem: DoorProblem): Answer => renderProblem(problem, exchange);
  let given: Answer;
  try {
    given = await answerTo(watched, request, refused);
  } catch {
    given = refused({ code: 'INTERNAL', details: {} });
  }
  response.writeHead(given.status, {
    'Content-Type': given.contentType,
    'Content-Length': Buffer.byteLength(given.body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': exchange.requestId,
    ...(given.status === 405 ? { Allow: 'GET, HEAD' } : {}),
    ...(given.status === 503 ? { 'Retry-After': '5' } : {}),
  });
  response.end(given.body);
}

async function answerTo(
  { alive, ready, metrics }: Watched,
  request: IncomingMessage,
  refused: (problem: DoorProblem) => Answer,
): Promise<Answer> {
  const view = (body: unknown): Answer => ({
    status: 200,
    contentType: 'application/json',
    body: JSON.stringify(body),
  });
  const path = request.url?.split('?', 1)[0];
  if (!['/metrics', '/healthz', '/readyz'].includes(path ?? '')) return refused({ code: 'NOT_FOUND', details: {} });
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refused({ code: 'METHOD_NOT_ALLOWED', details: {} });
  if (path === '/metrics') return { status: 200, contentType: METRICS_TYPE, body: await metrics() };
  if (path === '/healthz') return alive() ? view({ ok: true }) : refused({ code: 'UNAVAILABLE', details: {} });
  const { ok, checks } = await ready();
  return ok ? view({ ok, checks }) : refused({ code: 'UNAVAILABLE', details: { checks } });
}
