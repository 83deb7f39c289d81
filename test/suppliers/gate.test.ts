import { createServer } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import type { ConnectionStore, Gate, StoredConnection } from '../../src/core/supplier/ports.js';
import { TIMINGS } from '../../src/config/timing.js';
import type { AnyAdapter } from '../../src/spec/adapter.js';
import { createSuppliers } from '../../src/suppliers/suppliers.js';
import { schemeFacts } from '../core/operation/fake-scheme.js';
import { closeAll, listen } from '../kit/other-side.js';

afterEach(closeAll);

it('takes every request of a connection through the gate, and only the first of an admitted call as admitted', async () => {
  const origin = `http://127.0.0.1:${await listen(createServer((_request, response) => response.end('{}')))}`;
  const { scheme } = schemeFacts();
  const stored = { id: 'c', scheme: scheme.id, settings: { baseUrl: origin }, timing: 'normal', version: 1 };
  const connections: ConnectionStore = {
    get: () => Promise.resolve(stored as unknown as StoredConnection),
    all: () => Promise.resolve([]),
  };
  const asked: unknown[] = [];
  const enter: Gate['enter'] = (connection, { withinMs: _withinMs, ...request }) => {
    asked.push({ ...connection, ...request });
    return Promise.resolve(() => undefined);
  };
  const limits = { perSecond: 7, backlog: 1 };
  const suppliers = createSuppliers({
    connections,
    schemes: new Map([[scheme.id, scheme]]),
    adapterFor: () => ({ configure: () => ({}) }) as unknown as AnyAdapter,
    timingOf: () => TIMINGS.normal,
    limitsOf: () => limits,
    assertTiming: () => undefined,
    openSecrets: () => ({}),
    maxSockets: 1,
    gate: { enter },
  });
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
  const connection = { connectionId: 'c', limits };
  expect(asked).toEqual([
    { ...connection, work: 'look-up', priority: 'live', admitted: true },
    { ...connection, work: 'write', priority: 'live', admitted: false },
    { ...connection, work: 'file', priority: 'nightly', admitted: false },
  ]);
});
