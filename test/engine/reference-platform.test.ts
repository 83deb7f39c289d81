import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adapterFor } from '../../adapters/index.js';
import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import type { OperationView } from '../../src/core/operation/operations.js';
import { idOf, runOf } from '../core/reconcile/recon-bench.js';
import { eventually } from '../support/eventually.js';
import { type Bench, type Books, openBench, request } from '../support/gateway.js';
import { inboundUrls } from '../support/inbound-door.js';
import { brokenInvariants, ledgerPoints } from '../support/invariants.js';
import { activityFor, linkSpender, redeemPoints, type Spender } from '../support/travellers.js';

const DIRECTORY = fromRoot('adapters/reference/schemes');
const SCHEMES = loadSchemes(DIRECTORY);
const IDS = SCHEMES.map(({ id }) => id);
const HOLDING = SCHEMES.flatMap((scheme) => (adapterFor(scheme).redemption === undefined ? [] : [scheme.id]));
/** Found three seconds late, by a look-up that comes ten seconds after the loss. */
const PATIENCE = { withinMs: 40_000 };

/** The six kinds of supplier behind the real engine: what each promises about a lost answer is what recovers it. */
describe('the reference platform', () => {
  let bench: Bench;
  let door: Awaited<ReturnType<typeof inboundUrls>>;
  const spenders = new Map<string, Spender>();

  beforeAll(async () => {
    bench = await openBench({ schemeDirectories: [DIRECTORY] });
    door = await inboundUrls(bench, IDS);
    for (const id of IDS) spenders.set(id, await linkSpender(bench, bench.demo, id));
  });
  afterAll(async () => {
    await door.close();
    await bench.close();
  });

  const linkOf = (scheme: string): string => spenders.get(scheme)?.linkId ?? '';
  const read = (id: string): Promise<OperationView> => bench.gateway.operations.get(bench.demo, id, 'en');
  const inState = (id: string, state: OperationView['state']): Promise<OperationView> =>
    eventually(
      () => read(id),
      (operation) => operation.state === state,
      PATIENCE,
    );
  const postings = async (scheme: string) => (await bench.sandbox.get<Books>(`${scheme}/books`)).postings;
  const accrue = async (scheme: string, trip: number, points: number): Promise<string> => {
    const body = { linkId: linkOf(scheme), activity: activityFor(scheme, trip), points, metadata: {} };
    return (await bench.gateway.operations.accrue(bench.demo, body, request(body))).operationId ?? '';
  };
  const faulty = async <T>(scheme: string, fault: string, work: () => Promise<T>): Promise<T> => {
    await bench.sandbox.put(`${scheme}/faults`, { seed: 1, rates: { [fault]: 1 } });
    return work().finally(() => bench.sandbox.delete(`${scheme}/faults`));
  };

  it.each(IDS)('%s: an accrual stands once in both books', async (scheme) => {
    const posted = await inState(await accrue(scheme, 1, 500), 'posted');
    expect(await postings(scheme)).toMatchObject([{ reference: posted.reference, points: 500, kind: 'accrual' }]);
  });

  it.each([
    ['an amount that earns nothing', 4001, { state: 'rejected', rejection: { reason: 'not-eligible-fare' } }],
    ['an amount beyond a quota of its own', 4002, { state: 'rejected', rejection: { reason: 'cap-reached' } }],
  ])('refuses %s, for a reason that its settings or its contract give', async (_what, points, expected) => {
    const asked = await Promise.all(IDS.map((scheme) => accrue(scheme, points, points)));
    for (const id of asked) expect(await inState(id, 'rejected')).toMatchObject(expected);
  });

  it('leaves a refusal that nobody knows to a person, unless it came as evidence', async () => {
    const parked = await inState(await accrue('ref-key', 4003, 4003), 'needs-review');
    expect(parked).toMatchObject({ reviewReason: 'unmapped-refusal' });
    const told = await inState(await accrue('ref-push', 4003, 4003), 'rejected');
    expect(told.rejection).toMatchObject({ reason: 'supplier-refused', supplierCode: 'ASK_SOMEBODY' });
  });

  it.each(HOLDING)('%s: points are set aside, and spent once', async (scheme) => {
    const id = await redeemPoints(bench, bench.demo, { scheme, linkId: linkOf(scheme), points: 1_200 });
    await inState(id, 'held');
    await bench.gateway.redemptions.confirm(bench.demo, id, request({ id }));
    const { reference } = await inState(id, 'confirmed');
    const effects = (await postings(scheme)).filter((posting) => posting.reference === reference);
    expect(effects).toMatchObject([{ points: -1_200, kind: 'redemption' }]);
  });

  it('recovers a lost answer by what was promised, and by the file where nothing was', async () => {
    const lost = await Promise.all(
      IDS.map(async (scheme) => {
        const id = await faulty(scheme, 'commitThenDrop', async () => {
          const asked = await accrue(scheme, 2, 300);
          await eventually(
            () => read(asked),
            ({ state }) => state === 'unknown' || state === 'posted',
          );
          return asked;
        });
        return { scheme, id };
      }),
    );
    for (const { scheme, id } of lost.filter((one) => one.scheme !== 'ref-file')) {
      const { reference } = await inState(id, 'posted');
      expect((await postings(scheme)).filter((posting) => posting.reference === reference)).toHaveLength(1);
    }
    const file = lost.find(({ scheme }) => scheme === 'ref-file')?.id ?? '';
    expect((await read(file)).state).toBe('unknown');
    await reconcile('ref-file');
    expect(await inState(file, 'posted')).toMatchObject({ evidence: { by: 'settlement' } });
  });

  it('leaves both books alike, and every rule kept', async () => {
    for (const scheme of IDS) {
      const theirs = (await postings(scheme)).reduce((sum, { points }) => sum + points, 0);
      expect({ scheme, points: await ledgerPoints(bench.ownerUrl, scheme) }).toEqual({ scheme, points: theirs });
    }
    expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
    expect(bench.errors).toEqual([]);
  });

  async function reconcile(scheme: string): Promise<void> {
    const { businessDate } = await bench.sandbox.post<{ businessDate: string }>(`${scheme}/close-day`);
    const asked = { scheme, businessDate };
    const opened = runOf(await bench.gateway.reconciliations.open(bench.demo, asked, request(asked)));
    await eventually(
      () => bench.gateway.reconciliations.get(bench.demo, idOf(opened)),
      ({ state }) => state === 'completed',
      PATIENCE,
    );
  }
});
