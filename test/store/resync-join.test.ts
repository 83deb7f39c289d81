import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accepted, carried, count, postedAccrual, UNKNOWN } from './operations.js';
import { goOn, idOf, type ResyncBench, resyncBench, settled, turnOf } from './resyncs.js';
import { openStoreBench, request, type StoreBench } from './store-bench.js';

let bench: StoreBench;
let resync: ResyncBench;
beforeAll(async () => {
  bench = await openStoreBench();
  resync = resyncBench(bench);
});
afterAll(() => bench.close());

const unknown = async (): Promise<string> => carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN);
const lookAt = (...operationIds: string[]) => ({ scope: { operationIds }, dryRun: false, reason: 'a test' });

describe('many at once', () => {
  it('over the same scope are one, whatever their keys, and all are told the same', async () => {
    const input = lookAt(await unknown(), await unknown());
    const swapped = { ...input, scope: { operationIds: [...input.scope.operationIds].reverse() } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_none, n) =>
        resync.resyncs.start(bench.demo.caller, n % 2 === 0 ? input : swapped, request(n)),
      ),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.map(({ status, replayed }) => [status, replayed])).toEqual(answers.map(() => [202, false]));
    const [first] = answers;
    if (first === undefined) throw new Error('no answer');
    const id = idOf(first);
    expect(first.location).toBe(`/v1/support/resyncs/${(JSON.parse(first.body) as { id: string }).id}`);
    expect(await count(bench, 'resync_item WHERE resync_id = $1', [id])).toBe(2);
    expect(await count(bench, `outbox WHERE lane = 'support' AND operation_id = $1`, [id])).toBe(1);
    expect(await count(bench, 'idempotency_key WHERE body = $1', [first.body])).toBe(20);
    expect(await count(bench, `audit WHERE act = 'resync.start' AND after ->> 'total' = '2'`)).toBe(1);
    expect(await count(bench, `audit WHERE act = 'resync.join'`)).toBe(19);
  });

  it('under one key are one, and the others are replays of it', async () => {
    const input = lookAt(await unknown());
    const key = request(input);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => resync.resyncs.start(bench.demo.caller, input, key)),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const other = lookAt(await unknown());
    await expect(resync.resyncs.start(bench.demo.caller, other, request(other, key.key))).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });
});

describe('a resync', () => {
  it('that is under way is joined, and told of as it was accepted', async () => {
    const input = lookAt(await unknown(), await unknown());
    const first = await resync.resyncs.start(bench.demo.caller, input, request(1));
    const turn = await turnUntil(idOf(first));
    const [item] = turn.items;
    if (item !== undefined) await settled(resync.store, turn, item);
    const late = { ...input, reason: 'another reason' };
    const joined = await resync.resyncs.start(bench.demo.caller, late, request(2));
    expect(joined.body).toBe(first.body);
    expect(await resync.resyncs.get(bench.demo.caller, idOf(first))).toMatchObject({ state: 'running', done: 1 });
    await goOn(resync.store, turn);
  });

  it('that is at rest is not joined: the supplier may say something else by now', async () => {
    const scope = { operationIds: [await unknown()] };
    const first = await resync.start(bench.demo, scope);
    const turn = await turnUntil(first);
    for (const item of turn.items) await settled(resync.store, turn, item);
    await goOn(resync.store, turn);
    expect(await resync.resyncs.get(bench.demo.caller, first)).toMatchObject({ state: 'completed' });
    expect(await resync.start(bench.demo, scope)).not.toBe(first);
  });

  it('that only tells what it would do is another than one that does it', async () => {
    const scope = { operationIds: [await unknown()] };
    const [dry, wet] = [await resync.start(bench.demo, scope, { dryRun: true }), await resync.start(bench.demo, scope)];
    expect(dry).not.toBe(wet);
    expect(await resync.start(bench.demo, scope, { dryRun: true })).toBe(dry);
  });

  it("is nobody else's: not to be read, listed or joined by another tenant", async () => {
    const mine = await resync.start(bench.demo, { operationIds: [await unknown()] });
    for (const id of [mine, randomUUID()]) {
      await expect(resync.resyncs.get(bench.other.caller, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const items = resync.resyncs.items(bench.other.caller, id, { limit: 10 });
      await expect(items).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await postedAccrual(bench, bench.other);
    const window = { from: '2020-01-01T00:00:00Z' };
    const [ours, theirs] = [await resync.start(bench.demo, window), await resync.start(bench.other, window)];
    expect(ours).not.toBe(theirs);
    expect(await resync.resyncs.get(bench.other.caller, theirs)).toMatchObject({ total: 1 });
  });

  it('is read back as it was asked for, with public ids', async () => {
    const operation = await unknown();
    const scope = { operationIds: [operation], to: '2099-01-01T00:00:00+08:00' };
    const id = await resync.start(bench.demo, scope, { reason: 'call 4711' });
    expect(await resync.resyncs.get(bench.demo.caller, id)).toMatchObject({
      id: expect.stringMatching(/^rsy_/) as unknown,
      state: 'queued',
      dryRun: false,
      scope: { operationIds: [expect.stringMatching(/^op_/) as unknown], to: '2098-12-31T16:00:00.000Z' },
      reason: 'call 4711',
      total: 1,
      done: 0,
      changed: 0,
      quotaCost: 0,
      lane: 'support',
      finishedAt: null,
    });
  });
});

/** Turns of the tenant until this resync has one; the others go on waiting. */
async function turnUntil(id: string): ReturnType<typeof turnOf> {
  for (let turns = 0; turns < 50; turns += 1) {
    const turn = await turnOf(resync.store, bench.demo);
    if (turn.resyncId === id) return turn;
    await goOn(resync.store, turn);
  }
  throw new Error('it had no turn');
}
