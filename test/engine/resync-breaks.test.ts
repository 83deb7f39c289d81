import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunView } from '../../src/core/reconcile/reconciliations.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { createBreakBook } from '../../src/store/break-book.js';
import { eventually } from '../support/eventually.js';
import { inboundPath, request } from '../support/gateway.js';
import { linkMembers } from '../support/travellers.js';
import { openResyncBench, type ResyncBench } from './resync-bench.js';

let bench: ResyncBench;
beforeAll(async () => {
  bench = await openResyncBench(({ pools, schemes }) =>
    createBreakBook(pools, (scheme) => schemes.get(scheme)?.zone ?? 'UTC'),
  );
});
afterAll(() => bench.close());

/** Reconciles a day that is closed. */
async function reconciled(scheme: string, businessDate: string): Promise<RunView> {
  const { gateway, demo } = bench.bench;
  const opened = await gateway.reconciliations.open(demo, { scheme, businessDate }, request({ scheme, businessDate }));
  const id = idOf(JSON.parse(opened.body) as RunView);
  return eventually(
    async () => {
      await gateway.runners.reconcile.wake(inboundPath(scheme), []);
      const run = await gateway.reconciliations.get(demo, id);
      return run.supersededBy === null ? run : gateway.reconciliations.get(demo, idOf({ id: run.supersededBy }));
    },
    ({ finishedAt }) => finishedAt !== null,
  );
}

const idOf = ({ id }: { readonly id: string }): string => fromTypeId('rcn', id) ?? '';

describe.each(['china-railway', 'harbour-hotels'])('a line that the settlement of %s leaves out', (scheme) => {
  it('is a break, which a look at the supplier resolves; its dry run says so first', async () => {
    const { demo, gateway, sandbox } = bench.bench;
    const [link = ''] = await linkMembers(bench.bench, demo, scheme, 1);
    const ids = [await bench.send(scheme, link), await bench.send(scheme, link), await bench.send(scheme, link)];
    await Promise.all(ids.map(async (id) => expect(await bench.read(id)).toMatchObject({ state: 'posted' })));
    const schemes = await sandbox.get<{ id: string; businessDate: string }[]>('schemes');
    const businessDate = schemes.find(({ id }) => id === scheme)?.businessDate ?? '';
    const { references } = await sandbox.post<{ references: string[] }>(`${scheme}/mischief`, {
      ...{ kind: 'drop-line', count: 1, businessDate },
    });
    await sandbox.post(`${scheme}/close-day`, { businessDate });
    const run = await reconciled(scheme, businessDate);
    expect(run).toMatchObject({ state: 'completed', provisional: false, openBreaks: 1, counts: { oursOnly: 1 } });
    const { items: breaks } = await gateway.reconciliations.breaks(demo, idOf(run), {}, { limit: 10 }, 'en');
    expect(breaks.map(({ reference, state }) => [reference, state])).toEqual([[references[0], 'open']]);

    // The hotel's look-up sees a transaction only some seconds after it was booked.
    const dry = await eventually(
      () => bench.resync({ scheme }, 'dry-run'),
      ({ view }) => view.counts.confirmed === 1,
    );
    expect(dry.view).toMatchObject({ total: 1, changed: 1 });
    const healed = await bench.resync({ scheme });
    expect(healed.items).toEqual(dry.items);
    expect(healed.items).toMatchObject([{ operationId: breaks[0]?.operationId, result: 'confirmed' }]);
    const after = await gateway.reconciliations.breaks(demo, idOf(run), {}, { limit: 10 }, 'en');
    expect(after.items.map(({ state }) => state)).toEqual(['auto-resolved']);
    await expect(bench.start({ scheme })).rejects.toMatchObject({ code: 'INVALID' });
    expect(bench.bench.errors).toEqual([]);
  });
});
