import http from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { newExchange } from './exchange.js';
import { renderProblem } from './problem.js';
import type { DoorCode } from './problem-table.js';

const MAX_HEADER_BYTES = 16 * 1024;

/** A listening gateway. */
export interface HttpServer {
  readonly server: http.Server;
  /** Starts to listen and gives the port, which is another one when 0 was asked for. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no further requests, finishes those under way, and cuts what is left after `graceMs`; once is enough. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Node's HTTP server with limits for strangers. Timeouts are checked every half second and set half a second short, so that a
 * connection that is slow with its headers is gone after 10 s and one slow with its body after 30 s.
 */
export function createServer(app: Express): HttpServer {
  let stopped: Promise<void> | undefined;
  const server = http.createServer(
    {
      insecureHTTPParser: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 9_500,
      requestTimeout: 29_500,
      connectionsCheckingInterval: 500,
      keepAliveTimeout: 65_000,
      // The app refuses a missing Host itself, with a problem in the body.
      requireHostHeader: false,
    },
    (request, response) => {
      if (stopped !== undefined) response.setHeader('Connection', 'close');
      app(request, response);
    },
  );
  // Node would drop headers beyond its own count without a word; the app counts up to its limit and refuses.
  server.maxHeadersCount = 0;
  server.on('clientError', refuseUnreadable);
  // An expectation we do not know is no reason to refuse (RFC 9110, 10.1.1); the request is answered as any other.
  server.on('checkExpectation', (request: http.IncomingMessage, response: http.ServerResponse) => {
    server.emit('request', request, response);
  });
  return {
    server,
    listen: (port, host) => listen(server, port, host),
    stop: async (graceMs = 15_000) => (stopped ??= close(server, graceMs)),
  };
}

async function listen(server: http.Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function close(server: http.Server, graceMs: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  // Connections that were busy when the closing began become idle later.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  try {
    await new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)));
    });
  } finally {
    clearTimeout(cut);
    clearInterval(idle);
  }
}

const CODE_OF_CLIENT_ERROR: Readonly<Record<string, DoorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'PAYLOAD_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** What is not HTTP never becomes a request: it gets a problem too, and the connection ends. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const exchange = newExchange(undefined);
  const code = CODE_OF_CLIENT_ERROR[error.code ?? ''] ?? 'MALFORMED';
  const { status, contentType, body } = renderProblem({ code, details: {} }, exchange);
  const head = [
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${exchange.requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
