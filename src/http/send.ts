import type { StoredAnswer } from '../core/answer.js';
import { crashPoint } from '../spec/crash-point.js';
import type { Reply } from './exchange.js';

type Headers = Readonly<Record<string, string>>;

/**
 * Writes a whole answer at once, past Express' own machinery: no ETag, no content negotiation. Nothing the API says may be
 * cached, since all of it belongs to one tenant.
 */
export function send(reply: Reply, status: number, contentType: string, body: string, headers?: Headers): void {
  if (reply.headersSent || reply.destroyed) return;
  reply.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': reply.locals.exchange.requestId,
    ...headers,
  });
  reply.end(body);
}

/** A view as JSON. */
export function sendView(reply: Reply, status: number, view: unknown, headers?: Headers): void {
  send(reply, status, 'application/json', JSON.stringify(view), headers);
}

/** A use case's answer, its bytes as they are stored. */
export function sendAnswer(reply: Reply, answer: StoredAnswer, headers?: Headers): void {
  const location = answer.location === undefined ? undefined : { Location: answer.location };
  crashPoint('before-answer');
  reply.once('finish', () => crashPoint('after-answer'));
  send(reply, answer.status, answer.contentType, answer.body, { ...location, ...headers });
}
