import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Caller } from '../../src/core/access/caller.js';
import { OPERATOR_TENANT } from '../../src/privacy/connection-secrets.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { reference, stands } from '../core/reconcile/books.js';
import { brokenReconciliation } from '../core/reconcile/invariants.js';
import { idOf, openReconBench, type ReconBench } from '../core/reconcile/recon-bench.js';
import { everythingStored, leaks } from './everything-stored.js';
import { request } from './store-bench.js';

let bench: ReconBench;
const open = async (coverage: 'ours' | 'member'): Promise<void> => {
  bench = await openReconBench({ coverage });
};
afterEach(async () => {
  expect(bench.errors).toEqual([]);
  await bench.runner.stop();
  await bench.close();
});

const D = '2026-03-10';
const SECRET = 'CR99887766';
const line = (n: number, different: object = {}) => ({ reference: reference(n), points: 500, ...different });
const operator = (): Caller => ({ ...bench.demo.caller, tenantId: OPERATOR_TENANT, keyId: OPERATOR_TENANT });

describe('a run of a shared connection', () => {
  beforeEach(() => open('ours'));

  it('shows each tenant its own operations, lines, sums and breaks', async () => {
    await stands(bench, { n: 1 });
    await stands(bench, { n: 2, points: 300 });
    await stands(bench, { n: 3, tenant: bench.other });
    const theirLine = line(3, { memberNumber: 'OTHER' });
    const lines = [line(1), theirLine, theirLine, line(8), line(9, { memberNumber: '2' })];
    const run = await bench.reconcile(D, { lines });
    expect(run).toMatchObject({
      counts: { lines: 2, matched: 1, oursOnly: 1, theirsOnly: 1, duplicated: 0 },
      points: { ours: 800, theirs: 1000 },
      openBreaks: 2,
    });
    const theirs = await bench.reconciliations.get(bench.other.caller, idOf(run));
    expect(theirs).toMatchObject({
      id: run.id,
      digest: run.digest,
      counts: { lines: 2, matched: 1, oursOnly: 0, theirsOnly: 0, duplicated: 1 },
      points: { ours: 500, theirs: 1000 },
      openBreaks: 1,
    });
    // Member 2 is linked by both, so the line is nobody's but the operator's.
    expect(await bench.reconciliations.get(operator(), idOf(run))).toMatchObject({
      counts: { lines: 1, theirsOnly: 1 },
      points: { ours: 0, theirs: 500 },
      openBreaks: 1,
    });
    const told = async (caller: Caller) =>
      (await bench.breaks(run, caller)).map((one) => `${one.kind} ${one.reference}`).sort();
    expect(await told(bench.demo.caller)).toEqual([`ours-only ${reference(2)}`, `theirs-only ${reference(8)}`]);
    expect(await told(bench.other.caller)).toEqual([`duplicated ${reference(3)}`]);
    expect(await told(operator())).toEqual([`theirs-only ${reference(9)}`]);
    expect(await brokenReconciliation(bench.owner)).toEqual([]);
  });

  it('is one run, whoever asks, and answers each with its own', async () => {
    await stands(bench, { n: 1 });
    const mine = await bench.reconcile(D, { lines: [line(1)] });
    const theirs = await bench.reconcile(D, undefined, bench.other.caller);
    expect(theirs.id).toBe(mine.id);
    expect(theirs.counts.lines).toBe(0);
  });

  it('keeps its breaks from other tenants: to them there is no such thing', async () => {
    await stands(bench, { n: 1 });
    const run = await bench.reconcile(D, { lines: [] });
    const [found] = await bench.breaks(run);
    const breakId = found === undefined ? '' : idOf(found);
    const { reconciliations, other } = bench;
    for (const action of ['look-up', 'assign', 'resolve'] as const) {
      const act = reconciliations.act(
        other.caller,
        { breakId, action, reason: 'r', owner: 'o' },
        request(action),
        'en',
      );
      await expect(act).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const own = reconciliations.act(
      bench.demo.caller,
      { breakId: randomUUID(), action: 'resolve', reason: 'r' },
      request('own'),
      'en',
    );
    await expect(own).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await bench.breaks(run)).map(({ state }) => state)).toEqual(['open']);
  });

  it('is signed off by each tenant for itself', async () => {
    const run = await bench.reconcile(D, { lines: [] });
    const sign = (caller: Caller, reason: string) =>
      bench.reconciliations.signOff(caller, idOf(run), reason, request(reason));
    const answer = await sign(bench.demo.caller, 'all there');
    expect(JSON.parse(answer.body)).toMatchObject({
      id: run.id,
      signedOffBy: toTypeId('key', bench.demo.caller.keyId),
    });
    await sign({ ...bench.demo.caller, keyId: randomUUID() }, 'again');
    const mine = await bench.reconciliations.get(bench.demo.caller, idOf(run));
    expect(mine.signedOffBy).toBe(toTypeId('key', bench.demo.caller.keyId));
    expect((await bench.reconciliations.get(bench.other.caller, idOf(run))).signedOffBy).toBeNull();
    const { rows } = await bench.owner.query('SELECT tenant_id, act, reason FROM audit');
    expect(rows).toEqual([{ tenant_id: bench.demo.id, act: 'reconciliation.sign-off', reason: 'all there' }]);
  });

  it('keeps no member number in clear', async () => {
    await bench.reconcile(D, { lines: [line(9, { memberNumber: SECRET }), { points: 5, memberNumber: SECRET }] });
    await bench.reconcile('2026-03-11', { lines: [line(9, { memberNumber: SECRET })], fault: 'totals' });
    expect(leaks(await everythingStored(bench.owner), [SECRET])).toEqual([]);
  });

  it('shows a caller of one organisation what is of that organisation', async () => {
    await bench.owner.query(`UPDATE link SET organisation = 'acme/sales' WHERE id = $1`, [bench.demo.links[0]]);
    const id = await stands(bench, { n: 1 });
    await stands(bench, { n: 2, link: 1 });
    await bench.owner.query(`UPDATE operation SET organisation = 'acme/sales' WHERE id = $1`, [id]);
    const run = await bench.reconcile(D, { lines: [line(8)] });
    expect(run.openBreaks).toBe(3);
    const sales: Caller = { ...bench.demo.caller, organisation: 'acme' };
    expect(await bench.reconciliations.get(sales, idOf(run))).toMatchObject({
      counts: { lines: 1, oursOnly: 1, theirsOnly: 1 },
      openBreaks: 2,
    });
    expect((await bench.breaks(run, sales)).map((one) => one.reference).sort()).toEqual([reference(1), reference(8)]);
    const elsewhere: Caller = { ...bench.demo.caller, organisation: 'acme/sales/east' };
    expect(await bench.breaks(run, elsewhere)).toEqual([]);
  });
});

describe('a run of a tenant’s own connection', () => {
  beforeEach(() => open('ours'));

  it('is nobody else’s to see', async () => {
    const run = await bench.reconcile(D, { lines: [] });
    await bench.owner.query('DELETE FROM recon_input');
    await bench.owner.query('UPDATE recon_run SET tenant_id = $1', [bench.demo.id]);
    const { reconciliations, demo, other } = bench;
    expect((await reconciliations.get(demo.caller, idOf(run))).id).toBe(run.id);
    for (const caller of [other.caller, operator()]) {
      await expect(reconciliations.get(caller, idOf(run))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(bench.breaks(run, caller)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(reconciliations.signOff(caller, idOf(run), 'r', request(randomUUID()))).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
  });
});

describe('a source that lists all that members do', () => {
  beforeEach(() => open('member'));

  it('has lines that are foreign, and no break, unless they claim to be ours', async () => {
    await stands(bench, { n: 1 });
    const run = await bench.reconcile(D, {
      lines: [
        line(1),
        { supplierReference: '77', points: 900 },
        { reference: 'BANK-CARD', points: 50 },
        { supplierReference: '78', points: 900, memberNumber: 'stranger' },
        line(8),
      ],
    });
    expect(run).toMatchObject({
      counts: { lines: 4, matched: 1, foreign: 2, theirsOnly: 1 },
      points: { ours: 500, theirs: 1000 },
      openBreaks: 1,
    });
    expect(await bench.reconciliations.get(operator(), idOf(run))).toMatchObject({
      counts: { lines: 1, foreign: 1 },
      points: { ours: 0, theirs: 0 },
    });
    expect(await brokenReconciliation(bench.owner)).toEqual([]);
  });
});
