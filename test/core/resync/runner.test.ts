import { describe, expect, it } from '@jest/globals';
import { AdapterFault } from '../../../src/spec/errors.js';
import type { Find } from '../../../src/spec/adapter.js';
import { eventually } from '../../support/eventually.js';
import { READ } from '../operation/fake-claim.js';
import { receipt } from '../operation/situations.js';
import { type Log, openRunner, type Scene } from './fake-turns.js';

const FOUND: Find<never, never> = async () => ({ found: 'posted', receipt: receipt({ echo: {} }) });

/** Runs until nothing goes on. */
async function run(scene: Scene, hints: readonly string[] = []): Promise<Log> {
  const { runner, log } = openRunner({ find: FOUND, ...scene });
  await runner.wake(hints.map((tenantId) => ({ tenantId, id: 'r' })));
  const turns = Object.keys(scene.work).filter((tenantId) => hints.length === 0 || hints.includes(tenantId)).length;
  await eventually(
    async () => log,
    ({ ended }) => ended.filter((end) => end.to !== 'running' || end.wake === 'hand-on').length === turns,
  );
  await runner.stop();
  return log;
}

describe('a runner', () => {
  it('goes on turn by turn until a resync is completed', async () => {
    const { looked, ended } = await run({ work: { a: ['1', '2', '3', '4', '5'] } });
    expect(looked).toEqual(['1', '2', '3', '4', '5']);
    expect(ended.map(({ to }) => to)).toEqual(['running', 'running', 'completed']);
  });

  it('serves the tenants that were named, or whoever has something due', async () => {
    const work = { a: ['1'], b: ['2'], c: ['3'] };
    expect((await run({ work }, ['b'])).looked).toEqual(['2']);
    expect([...(await run({ work })).looked].sort()).toEqual(['1', '2', '3']);
  });

  it('takes tenants in turns, so that a long resync keeps nobody waiting', async () => {
    const many = Array.from({ length: 20 }, (_none, n) => `a${n}`);
    const others = Object.fromEntries(['b', 'c', 'd', 'e', 'f'].map((tenant) => [tenant, [tenant]]));
    const { looked } = await run({ work: { a: many, ...others } });
    expect(Math.max(...Object.keys(others).map((tenant) => looked.indexOf(tenant)))).toBeLessThan(
      looked.indexOf('a10'),
    );
  });

  it('comes back to what told nothing after the others and a pause, and not for ever', async () => {
    const find: Find<never, never> = async ({ http }) => {
      await http.send(READ);
      throw new AdapterFault({ kind: 'unknown-outcome', detail: 'reset' });
    };
    const first = await run({ work: { a: ['1', '2', '3'] }, find });
    expect(first.recorded.map(({ operationId, result }) => [operationId, result])).toEqual([
      ['1', null],
      ['2', null],
      ['3', null],
      ['1', null],
    ]);
    expect(first.ended.at(-1)).toMatchObject({ to: 'running', againInMs: 2_000, wake: 'hand-on' });
    const last = await run({ work: { a: ['1'] }, find, tries: 2 });
    expect(last.recorded).toEqual([{ operationId: '1', result: 'unreachable', calls: 1 }]);
    expect(last.ended).toEqual([{ to: 'completed' }]);
  });

  it('leaves a connection that throttled alone for as long as it wants', async () => {
    const find: Find<never, never> = () =>
      Promise.reject(new AdapterFault({ kind: 'rate-limited', retryAfterMs: 20_000 }));
    const { ended, recorded } = await run({ work: { a: ['1', '2', '3', '4'] }, find });
    expect(recorded.length).toBeLessThanOrEqual(2);
    const [end] = ended;
    if (end?.to !== 'running') throw new Error('it has ended');
    expect(end.againInMs).toBeGreaterThan(15_000);
    expect(end.againInMs).toBeLessThanOrEqual(20_000);
  });

  it('goes on with the others when one fails by an error of ours, and comes back to it later', async () => {
    const subject = (id: string): Promise<void> =>
      id === '1' ? Promise.reject(new Error('our database')) : Promise.resolve();
    const { looked, errors, ended } = await run({ work: { a: ['1', '2'] }, subject, stalls: 7 });
    expect(looked).toContain('2');
    expect(errors).not.toEqual([]);
    expect(ended[0]).toMatchObject({ to: 'running', stalls: 0 });
  });

  it('waits longer after each turn that an error of ours ended, and fails after eight in a row', async () => {
    const subject = (): Promise<void> => Promise.reject(new Error('our database'));
    const after = async (stalls: number) => (await run({ work: { a: ['1'] }, subject, stalls })).ended;
    expect(await after(0)).toEqual([{ to: 'running', againInMs: 1_000, stalls: 1, wake: 'hand-on' }]);
    expect(await after(3)).toEqual([{ to: 'running', againInMs: 8_000, stalls: 4, wake: 'hand-on' }]);
    expect(await after(7)).toEqual([{ to: 'failed' }]);
  });

  it('begins nothing more once its lease has passed on', async () => {
    const ids = Array.from({ length: 12 }, (_none, n) => String(n));
    const { runner, log } = openRunner({ work: { a: ids }, find: FOUND, itemsATurn: 12, leaseLost: true });
    await runner.wake([]);
    await eventually(
      async () => log.taken.length,
      (taken) => taken === 2,
    );
    await runner.stop();
    expect(log.looked).toEqual(ids.slice(0, 4));
  });

  it('finishes what is under way when it is stopped, and hands on the rest', async () => {
    let go: () => void = () => undefined;
    const going = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { runner, log } = openRunner({ work: { a: ['1', '2', '3'] }, find: FOUND, subject: () => going });
    await runner.wake([]);
    const stopped = runner.stop();
    go();
    await stopped;
    expect([...log.looked].sort()).toEqual(['1', '2']);
    expect(log.recorded.map(({ result }) => result)).toEqual(['settled', 'settled']);
    expect(log.ended).toEqual([{ to: 'running', againInMs: 0, stalls: 0, wake: 'hand-on' }]);
    await runner.wake([{ tenantId: 'a', id: 'r' }]);
    expect(log.taken).toHaveLength(1);
  });
});
