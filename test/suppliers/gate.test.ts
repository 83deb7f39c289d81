import { createServer } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import type { ConnectionStore, Gate, StoredConnection } from '../../src/core/supplier/ports.js';
import { TIMINGS } from '../../src/config/timing.js';
import type { AnyAdapter } from '../../src/spec/adapter.js';
import { createSuppliers } from '../../src/suppliers/suppliers.js';
import { schemeFacts } from '../core/operation/fake-scheme.js';
import { closeAll, listen } from '../kit/other-side.js';

afterEach(closeAll);

const LIMITS = { perSecond: 7, backlog: 1 };

/** Suppliers over one connection, how it stands, and what they asked of the gate and of the other side. */
async function connected() {
  const served: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    served.push(request.url);
    response.end('{}');
  });
  const origin = `http://127.0.0.1:${await listen(server)}`;
  const { scheme } = schemeFacts();
  const stored = { id: 'c', scheme: scheme.id, settings: { baseUrl: origin }, timing: 'normal' };
  const standing: Pick<StoredConnection, 'state' | 'version'> = { state: 'live', version: 1 };
  const at = { standing };
  const connections: ConnectionStore = {
    get: () => Promise.resolve({ ...stored, ...at.standing } as unknown as StoredConnection),
    all: () => Promise.resolve([]),
  };
  const asked: unknown[] = [];
  const enter: Gate['enter'] = (connection, { withinMs: _withinMs, ...request }) => {
    asked.push({ ...connection, ...request });
    return Promise.resolve(() => undefined);
  };
  const suppliers = createSuppliers({
    connections,
    schemes: new Map([[scheme.id, scheme]]),
    adapterFor: () => ({ configure: () => ({}) }) as unknown as AnyAdapter,
    timingOf: () => TIMINGS.normal,
    limitsOf: () => LIMITS,
    assertTiming: () => undefined,
    openSecrets: () => ({}),
    maxSockets: 1,
    gate: { enter },
  });
  return { suppliers, origin, at, asked, served };
}

it('takes every request of a connection through the gate, and only the first of an admitted call as admitted', async () => {
  const { suppliers, origin, asked } = await connected();
  try {
    const supplier = await suppliers.of('c');
    const { http } = supplier.context({ secrets: [], admitted: true });
    await http.send({ method: 'POST', url: `${origin}/token`, effect: 'read' });
    await http.send({ method: 'POST', url: `${origin}/points`, effect: 'write' });
    const nightly = supplier.context({ secrets: [], priority: 'nightly' });
    await nightly.http.download({ method: 'GET', url: `${origin}/file` });
  } finally {
    suppliers.close();
  }
  const connection = { connectionId: 'c', limits: LIMITS };
  expect(asked).toEqual([
    { ...connection, work: 'look-up', priority: 'live', admitted: true },
    { ...connection, work: 'write', priority: 'live', admitted: false },
    { ...connection, work: 'file', priority: 'nightly', admitted: false },
  ]);
});

it('asks nothing over a connection out of service, and all again as soon as it is back', async () => {
  const { suppliers, origin, at, asked, served } = await connected();
  const send = async (): Promise<unknown> => {
    const { http } = (await suppliers.of('c')).context({ secrets: [] });
    return http.send({ method: 'GET', url: `${origin}/account`, effect: 'read' });
  };
  try {
    for (const [nth, state] of (['paused', 'auth-failed'] as const).entries()) {
      at.standing = { state, version: nth + 1 };
      const refused = { fault: { kind: 'not-sent', detail: `connection ${state}` } };
      await expect(send()).rejects.toMatchObject(refused);
      await expect(send()).rejects.toMatchObject(refused);
    }
    expect([asked, served]).toEqual([[], []]);
    at.standing = { state: 'live', version: 3 };
    expect(await send()).toMatchObject({ status: 200 });
    expect([asked.length, served]).toEqual([1, ['/account']]);
  } finally {
    suppliers.close();
  }
});
