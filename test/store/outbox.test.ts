import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WakeUp } from '../../src/core/operation/ports.js';
import { publishOutbox } from '../../src/store/outbox.js';
import { overdue } from '../../src/store/sweep.js';
import { gate } from './gate.js';
import { accepted, accrual, carried, claimOf, count, posted, postedAccrual, REPORT, UNKNOWN } from './operations.js';
import { CONNECTION, openStoreBench, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.owner.query('DELETE FROM outbox');
  await bench.owner.query(
    `UPDATE operation SET next_action_at = now() + interval '1 day' WHERE next_action_at IS NOT NULL`,
  );
});

/** Publishes all there is; gives what the queue was handed. */
async function published(limit = 500): Promise<WakeUp[]> {
  const handed: WakeUp[] = [];
  await publishOutbox(bench.pools, limit, async (wakeUps) => void handed.push(...wakeUps));
  return handed;
}
const named = (wakeUps: readonly WakeUp[]): string[] => wakeUps.flatMap(({ hints }) => hints.map(({ id }) => id));

describe('the outbox', () => {
  it('hands a wake-up over once it has committed, and once', async () => {
    const id = await accepted(bench, bench.demo);
    expect(await published()).toEqual([
      { lane: 'live', connectionId: CONNECTION, delayMs: 0, hints: [{ tenantId: bench.demo.id, id }] },
    ]);
    expect(await published()).toEqual([]);
  });

  it('has nothing of what was refused', async () => {
    const input = accrual(bench.demo, { linkId: bench.other.links[0] ?? '' });
    await expect(accepted(bench, bench.demo, input)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await published()).toEqual([]);
  });

  it('keeps everything when the queue does not take it', async () => {
    const ids = [await accepted(bench, bench.demo), await accepted(bench, bench.demo)];
    const failing = publishOutbox(bench.pools, 500, () => Promise.reject(new Error('queue')));
    await expect(failing).rejects.toThrow('queue');
    expect(await count(bench, 'outbox')).toBe(2);
    expect(named(await published())).toEqual(ids);
  });

  it('goes to two relays without handing anything over twice', async () => {
    const ids = await Promise.all(Array.from({ length: 60 }, () => accepted(bench, bench.demo)));
    const rounds = await Promise.all(Array.from({ length: 6 }, () => published(20)));
    const handed = [...named(rounds.flat()), ...named(await published())];
    expect([...handed].sort()).toEqual([...ids].sort());
  });

  it('goes past what another relay is handing over just now', async () => {
    const ids = [await accepted(bench, bench.demo), await accepted(bench, bench.demo)];
    const [begun, done] = [gate(), gate()];
    const slow: string[] = [];
    const handing = publishOutbox(bench.pools, 1, async (wakeUps) => {
      slow.push(...named(wakeUps));
      begun.open();
      await done.opened;
    });
    await begun.opened;
    expect(named(await published())).toEqual(ids.slice(1));
    done.open();
    await handing;
    expect(slow).toEqual(ids.slice(0, 1));
  });

  it('puts what belongs together into one wake-up, at most sixteen operations', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => accepted(bench, bench.demo)));
    const theirs = await accepted(bench, bench.other);
    const handed = await published();
    expect(handed.map(({ hints }) => hints.length).sort()).toEqual([16, 16, 9]);
    expect(new Set(named(handed))).toEqual(new Set([...ids, theirs]));
    const tenants = new Map(handed.flatMap(({ hints }) => hints.map((one) => [one.id, one.tenantId])));
    expect(tenants.get(theirs)).toBe(bench.other.id);
  });

  it('says when, never too early, and leaves what is far off to the sweeper', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    await accepted(bench, bench.demo, accrual(bench.demo, { notBefore: inAnHour }));
    const soon = await accepted(bench, bench.demo);
    await carried(bench, bench.demo, soon, { ...UNKNOWN, nextActionInMs: 30_000 });
    await carried(bench, bench.demo, await accepted(bench, bench.demo), { ...UNKNOWN, nextActionInMs: 3_600_000 });
    await postedAccrual(bench, bench.demo);
    const waits = (await published()).filter(({ delayMs }) => delayMs > 0);
    expect(waits.map(({ lane }) => lane).sort()).toEqual(['live', 'lookup']);
    const look = waits.find(({ lane }) => lane === 'lookup');
    expect(look?.hints).toEqual([{ tenantId: bench.demo.id, id: soon }]);
    expect((look?.delayMs ?? 0) % 50).toBe(0);
    expect(look?.delayMs).toBeLessThanOrEqual(30_050);
  });
});

describe('the sweeper', () => {
  const due = (id: string) => bench.owner.query('UPDATE operation SET next_action_at = now() WHERE id = $1', [id]);

  it('finds connections with something overdue, by lane, whatever became of the wake-up', async () => {
    expect(await overdue(bench.pools)).toEqual([]);
    const fresh = await accepted(bench, bench.demo);
    await bench.owner.query('DELETE FROM outbox');
    expect(await overdue(bench.pools)).toEqual([]);
    await due(fresh);
    expect(await overdue(bench.pools)).toEqual([{ lane: 'live', connectionId: CONNECTION }]);
    await due(await carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN));
    expect((await overdue(bench.pools)).map(({ lane }) => lane).sort()).toEqual(['live', 'lookup']);
  });

  it('finds a send whose worker died', async () => {
    const id = await accepted(bench, bench.demo);
    const claimed = await claimOf(bench.store, bench.demo, id);
    expect(await overdue(bench.pools)).toEqual([]);
    await due(id);
    expect(await overdue(bench.pools)).toEqual([{ lane: 'lookup', connectionId: CONNECTION }]);
    await bench.store.complete({ claimed, decision: posted('S-sweep'), report: REPORT });
    expect(await overdue(bench.pools)).toEqual([]);
  });
});
