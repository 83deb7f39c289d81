import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A supplier in front of the simulated ones that, once told to, answers with what it was asked, the member included. */
export interface EchoingSupplier {
  readonly url: string;
  /** From now on every request is answered with an echo, under one of these statuses after the other. */
  echo(statuses: readonly number[]): void;
  close(): Promise<void>;
}

/** The member numbers of the bench's schemes. */
const NUMBER = /70\d{8}|HH\d{9}|CR\d{10}|CA\d{12}/;

export async function openEchoingSupplier(behind: string): Promise<EchoingSupplier> {
  let statuses: readonly number[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    const status = statuses[requests++ % statuses.length];
    const answer = status === undefined ? passOn(behind, request, response) : echo(status, request, response);
    answer.catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    echo: (next) => {
      statuses = next;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** In every field that any of the contracts reads a code or a text from. */
async function echo(status: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = `${request.url ?? ''} ${(await bodyOf(request)).toString('utf8')}`;
  const number = NUMBER.exec(asked)?.[0] ?? 'nobody';
  const codes = { code: number, 'o:errorCode': number, statusMessage: `Error: ${number}`, status: 'failure' };
  const texts = { message: asked, title: asked, detail: asked, error: asked, 'o:errorDetails': [{ title: asked }] };
  const encoded = { base64: Buffer.from(asked).toString('base64'), spaced: number.split('').join(' ') };
  response.writeHead(status, { 'content-type': 'application/json', 'x-member': number, 'retry-after': '1' });
  response.end(JSON.stringify({ ...codes, ...texts, ...encoded }));
}

async function passOn(behind: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const answer = await fetch(behind + (request.url ?? ''), {
    method: request.method ?? 'GET',
    headers: endToEnd(Object.entries(request.headers)),
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  response.writeHead(answer.status, Object.fromEntries(endToEnd([...answer.headers])));
  response.end(Buffer.from(await answer.arrayBuffer()));
}

/** Headers without those of one connection alone; fetch has undone the encodings and sets a length of its own. */
function endToEnd(headers: readonly (readonly [string, unknown])[]): [string, string][] {
  const own = ['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length'];
  return headers.flatMap(([name, value]) => (own.includes(name) ? [] : [[name, String(value)] as [string, string]]));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
