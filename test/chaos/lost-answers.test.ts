import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bench, type Books, openBench, request } from '../support/gateway.js';
import { eventually } from '../support/eventually.js';
import { brokenInvariants, ledgerPoints, sendsOf, statesOf } from '../support/invariants.js';
import { redisUrl } from '../support/redis.js';
import { activityFor, linkMembers } from '../support/travellers.js';
import { inboundUrls } from '../support/inbound-door.js';

const SCHEMES = ['northwind-air', 'harbour-hotels', 'china-railway', 'phoenix-miles'];
const ACCRUALS = 200;
const REST_WITHIN_MS = 120_000;

const redis = redisUrl();
const all = [{ queue: 'PostgreSQL', url: null }, ...(redis === null ? [] : [{ queue: 'Redis', url: redis }])];
/** The soak of CI runs on both queues; here one is enough, but for the full run. */
const backends = process.env['CHAOS'] === 'full' ? all : all.slice(-1);

describe.each(backends)('with the queue on $queue', ({ url }) => {
  let bench: Bench;
  let door: { close(): Promise<void> };
  beforeAll(async () => {
    bench = await openBench({ redisUrl: url });
    door = await inboundUrls(bench, SCHEMES);
  });
  afterAll(async () => {
    await door.close();
    await bench.close();
  });

  it(
    'posts every accrual exactly once though 30% of answers and 10% of requests are lost',
    async () => {
      await Promise.all(SCHEMES.map((scheme) => accrueUnderFaults(bench, scheme)));
      await Promise.all(SCHEMES.map((scheme) => bench.sandbox.delete(`${scheme}/faults`)));
      await Promise.all(SCHEMES.map((scheme) => atRest(bench, scheme)));
      for (const scheme of SCHEMES) {
        const books = await bench.sandbox.get<Books>(`${scheme}/books`);
        expect(books.totals.count).toBe(ACCRUALS);
        expect(new Set(books.postings.map((posting) => posting.reference)).size).toBe(ACCRUALS);
        expect(await ledgerPoints(bench.ownerUrl, scheme)).toBe(books.totals.points);
      }
      expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
    },
    REST_WITHIN_MS + 60_000,
  );
});

/** The supplier has everything; then the day is closed, which posts what was only accepted. */
async function atRest(bench: Bench, scheme: string): Promise<void> {
  const states = () => statesOf(bench.ownerUrl, scheme);
  const looking = { withinMs: REST_WITHIN_MS, everyMs: 250 };
  await eventually(states, ({ posted = 0, submitted = 0 }) => posted + submitted === ACCRUALS, looking);
  await bench.sandbox.post(`${scheme}/close-day`, {});
  await eventually(states, ({ posted = 0 }) => posted === ACCRUALS, looking);
}

async function accrueUnderFaults(bench: Bench, scheme: string): Promise<void> {
  const links = await linkMembers(bench, bench.demo, scheme, 10);
  await bench.sandbox.put(`${scheme}/faults`, { seed: 7, rates: { commitThenDrop: 0.3, dropBeforeCommit: 0.1 } });
  const answers = await Promise.all(
    Array.from({ length: ACCRUALS }, (_none, index) => {
      const body = {
        linkId: links[index % links.length] ?? '',
        activity: activityFor(scheme, index),
        points: 100 + index,
        metadata: {},
      };
      return bench.gateway.operations.accrue(bench.demo, body, request(body));
    }),
  );
  expect(answers.filter((answer) => answer.status !== 202)).toEqual([]);
  // A breaker leaves alone who loses so much, so the faults stay for a part of the sends only: until enough were really lost.
  await eventually(
    () => sendsOf(bench.ownerUrl, scheme),
    (sends) => (sends['unknown-outcome'] ?? 0) >= ACCRUALS * 0.1,
    { withinMs: REST_WITHIN_MS, everyMs: 250 },
  );
}
