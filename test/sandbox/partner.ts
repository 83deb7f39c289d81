import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A notification as the partner received it; `genuine` says whether the signature is the brand's. */
interface Received {
  readonly genuine: boolean;
  readonly timestamp: number;
  readonly nonce: string;
  readonly event: Record<string, unknown>;
}

/** The partner's end of the notifications. It answers each delivery as `answerWith` says, 200 unless told otherwise. */
export interface Partner {
  readonly url: string;
  readonly received: readonly Received[];
  answerWith(status: (delivery: number) => number): void;
  stop(): Promise<void>;
}

export async function listenAsPartner(key: string): Promise<Partner> {
  const received: Received[] = [];
  let statusOf: (delivery: number) => number = () => 200;
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      const header = (name: string): string => String(req.headers[name]);
      const digest = createHash('sha256').update(body).digest('hex');
      const lines = ['POST', req.url, header('x-timestamp'), header('x-nonce'), digest];
      const expected = createHmac('sha256', key).update(lines.join('\n')).digest('base64');
      received.push({
        genuine: header('x-signature') === expected && header('x-partner-id') === 'tests',
        timestamp: Number(header('x-timestamp')),
        nonce: header('x-nonce'),
        event: JSON.parse(body.toString('utf8')) as Record<string, unknown>,
      });
      res.writeHead(statusOf(received.length)).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/inbound/con_1?via=test`,
    received,
    answerWith: (next) => {
      statusOf = next;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
