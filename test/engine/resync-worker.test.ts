import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ResyncView } from '../../src/core/resync/resyncs.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { eventually } from '../support/eventually.js';
import { type Bench, openBench, request } from '../support/gateway.js';
import { linkMembers } from '../support/travellers.js';

const SCHEME = 'china-railway';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

it('a worker carries a resync out by its wake-ups alone, those for a second and a third try too', async () => {
  const { gateway, demo, sandbox } = bench;
  const [linkId = ''] = await linkMembers(bench, demo, SCHEME, 1);
  await sandbox.put(`${SCHEME}/faults`, { seed: 1, rates: { refuse: 1 }, latencyMs: { p50: 0, p99: 0 } });
  const input = { scope: { linkId }, dryRun: false, reason: 'a test' };
  const carriedOut = async (): Promise<ResyncView> => {
    const { body } = await gateway.resyncs.start(demo, input, request(input));
    const id = fromTypeId('rsy', (JSON.parse(body) as ResyncView).id) ?? '';
    return eventually(
      () => gateway.resyncs.get(demo, id),
      ({ finishedAt }) => finishedAt !== null,
    );
  };
  expect(await carriedOut()).toMatchObject({ state: 'completed', counts: { unreachable: 1 }, quotaCost: 3 });
  await sandbox.delete(`${SCHEME}/faults`);
  const view = { state: 'completed', counts: { refreshed: 1 }, changed: 1, quotaCost: 1 };
  expect(await carriedOut()).toMatchObject(view);
  expect(bench.errors).toEqual([]);
});
