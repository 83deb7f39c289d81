import { createApp } from '../../src/http/app.js';
import { createServer } from '../../src/http/server.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { type Bench, inboundPath } from './gateway.js';

const SILENT = { debug: () => undefined, warn: () => undefined, error: () => undefined };

/** The bench's HTTP door on a free port, with the suppliers' pushes sent to it. */
export async function inboundUrls(
  bench: Bench,
  schemes: readonly string[],
): Promise<{ url: string; close(): Promise<void> }> {
  const app = createApp({ ...bench.gateway, ready: async () => ({ ok: true, checks: {} }), log: SILENT });
  const server = createServer(app);
  const port = await server.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const urls = schemes.map((scheme) => [scheme, `${url}/v1/inbound/${toTypeId('con', inboundPath(scheme))}`]);
  bench.sandbox.setPushUrls(Object.fromEntries(urls) as Record<string, string>);
  return { url, close: () => server.stop(1_000) };
}
