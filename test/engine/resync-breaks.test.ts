import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunView } from '../../src/core/reconcile/reconciliations.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { eventually } from '../support/eventually.js';
import { inboundPath, request } from '../support/gateway.js';
import { linkMembers } from '../support/travellers.js';
import { openResyncBench, type ResyncBench } from './resync-bench.js';

let bench: ResyncBench;
beforeAll(async () => {
  bench = await openResyncBench();
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

/** Breaks of a run as `reference state`, in the order of their references. */
async function breaksOf(run: RunView): Promise<string[]> {
  const { gateway, demo } = bench.bench;
  const { items } = await gateway.reconciliations.breaks(demo, idOf(run), {}, { limit: 50 }, 'en');
  return items.map(({ reference, state }) => `${reference ?? ''} ${state}`).sort();
}

describe.each(['china-railway', 'harbour-hotels'])('breaks planted in the settlement of %s', (scheme) => {
  it('resolve themselves where a look at the supplier can answer them; the dry run says which', async () => {
    const { demo, sandbox } = bench.bench;
    const [link = ''] = await linkMembers(bench.bench, demo, scheme, 1);
    for (let n = 0; n < 6; n += 1)
      expect(await bench.read(await bench.send(scheme, link))).toMatchObject({ state: 'posted' });
    const schemes = await sandbox.get<{ id: string; businessDate: string }[]>('schemes');
    const businessDate = schemes.find(({ id }) => id === scheme)?.businessDate ?? '';
    const plant = async (kind: string): Promise<string> => {
      const body = { kind, count: 1, businessDate };
      return (await sandbox.post<{ references: string[] }>(`${scheme}/mischief`, body)).references[0] ?? '';
    };
    const [dropped, changed, doubled] = [
      await plant('drop-line'),
      await plant('change-points'),
      await plant('duplicate-line'),
    ];
    await sandbox.post(`${scheme}/close-day`, { businessDate });
    const run = await reconciled(scheme, businessDate);
    const counts = { oursOnly: 1, different: 1, duplicated: 1 };
    expect(run).toMatchObject({ state: 'completed', provisional: false, openBreaks: 3, counts });
    const planted = [dropped, changed, doubled];
    expect(await breaksOf(run)).toEqual(planted.map((reference) => `${reference} open`).sort());

    // The hotel's look-up sees a transaction only some seconds after it was booked.
    const dry = await eventually(
      () => bench.resync({ scheme }, 'dry-run'),
      ({ view }) => view.counts.confirmed === 2,
    );
    expect(dry.view).toMatchObject({ total: 3, changed: 2, counts: { confirmed: 2, unchanged: 1 } });
    const healed = await bench.resync({ scheme });
    expect(healed.items).toEqual(dry.items);
    const { total, changed: changes, quotaCost, counts: results } = dry.view;
    expect(healed.view).toMatchObject({ total, changed: changes, quotaCost, counts: results });
    // That it stands once at the supplier does not say that it stands only once.
    const closed = [dropped, changed].map((reference) => `${reference} auto-resolved`);
    expect(await breaksOf(run)).toEqual([...closed, `${doubled} open`].sort());
    expect((await bench.resync({ scheme })).view).toMatchObject({ total: 1, changed: 0, counts: { unchanged: 1 } });
    expect(bench.bench.errors).toEqual([]);
  });
});
