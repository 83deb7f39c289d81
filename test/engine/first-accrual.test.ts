import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adapterOf } from '../../adapters/index.js';
import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { eventually } from '../support/eventually.js';
import { type Bench, type Books, openBench, request } from '../support/gateway.js';
import { inboundUrls } from '../support/inbound-door.js';
import { brokenInvariants, ledgerPoints } from '../support/invariants.js';
import { redisUrl } from '../support/redis.js';
import { activityFor, linkMembers } from '../support/travellers.js';

const SCHEMES = loadSchemes(fromRoot('schemes')).filter((scheme) => adapterOf(scheme.adapter).accrual !== undefined);

const redis = redisUrl();
const backends = [{ queue: 'PostgreSQL', url: null }, ...(redis === null ? [] : [{ queue: 'Redis', url: redis }])];

describe.each(backends)('with the queue on $queue', ({ url }) => {
  let bench: Bench;
  let door: Awaited<ReturnType<typeof inboundUrls>>;
  beforeAll(async () => {
    bench = await openBench({ redisUrl: url });
    door = await inboundUrls(
      bench,
      SCHEMES.map(({ id }) => id),
    );
  });
  afterAll(async () => {
    await door.close();
    await bench.close();
  });

  it.each(SCHEMES.map(({ id }) => id))(
    'a member of %s is linked, accrues, and stands once in both books',
    async (scheme) => {
      const [linkId = ''] = await linkMembers(bench, bench.demo, scheme, 1);
      const before = await bench.gateway.links.account(bench.demo, linkId, 0);
      const body = { linkId, activity: activityFor(scheme, 1), points: 500, bonusPoints: 50, metadata: {} };
      const accepted = await bench.gateway.operations.accrue(bench.demo, body, request(body));
      expect(accepted.status).toBe(202);
      const operationId = accepted.operationId ?? '';
      expect(await bench.gateway.operations.rested(operationId, 15)).toBe(true);
      await bench.sandbox.post(`${scheme}/close-day`, {});
      const posted = await eventually(
        () => bench.gateway.operations.get(bench.demo, operationId, 'en'),
        ({ state }) => state === 'posted',
      );
      expect(posted).toMatchObject({ attempts: 1, points: 500, bonusPoints: 50, nextActionAt: null, rejection: null });
      const books = await bench.sandbox.get<Books>(`${scheme}/books`);
      expect(books.postings).toEqual([expect.objectContaining({ reference: posted.reference, points: 550 })]);
      expect(await ledgerPoints(bench.ownerUrl, scheme)).toBe(550);
      const after = await bench.gateway.links.account(bench.demo, linkId, 0);
      expect(after.balance.available - before.balance.available).toBe(550);
    },
  );

  it('the same trip under another tenant is not sent but reviewed, and the first goes on untouched', async () => {
    const scheme = 'china-railway';
    const [mine = ''] = await linkMembers(bench, bench.demo, scheme, 1);
    const [theirs = ''] = await linkMembers(bench, bench.other, scheme, 1);
    const activity = activityFor(scheme, 77);
    const first = { linkId: mine, activity, points: 100, metadata: {} };
    const second = { linkId: theirs, activity, points: 100, metadata: {} };
    const accepted = await bench.gateway.operations.accrue(bench.demo, first, request(first));
    const parked = await bench.gateway.operations.accrue(bench.other, second, request(second));
    expect(parked.status).toBe(202);
    expect(JSON.parse(parked.body)).toMatchObject({
      state: 'needs-review',
      reviewReason: 'possible-duplicate',
      attempts: 0,
    });
    expect(parked.body).not.toContain(accepted.operationId);
    const posted = await eventually(
      () => bench.gateway.operations.get(bench.demo, accepted.operationId ?? '', 'en'),
      ({ state }) => state === 'posted',
    );
    const books = await bench.sandbox.get<Books>(`${scheme}/books`);
    expect(books.postings.filter(({ points }) => points === 100)).toEqual([
      expect.objectContaining({ reference: posted.reference }),
    ]);
    expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
    expect(bench.errors).toEqual([]);
  });
});
