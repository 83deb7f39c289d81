import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient, type Books, type Client, type Link, type Member } from '../../scripts/demo/client.js';
import { eventually } from '../support/eventually.js';
import { brokenInvariants, ledgerPoints, statesOf } from '../support/invariants.js';
import { type Processes, startProcesses } from '../support/processes.js';
import { redisUrl } from '../support/redis.js';
import { activityFor } from '../support/travellers.js';

const ACCRUALS = 2_000;
const WORKER_KILLS = 20;
const API_KILLS = 10;
const CLIENTS = 16;
const REST_WITHIN_MS = 120_000;
const SCHEMES = ['northwind-air', 'harbour-hotels', 'china-railway'];

const redis = redisUrl();
const backends = [{ queue: 'PostgreSQL', url: null }, ...(redis === null ? [] : [{ queue: 'Redis', url: redis }])];

describe.each(backends)(
  `${WORKER_KILLS} kills of the worker and ${API_KILLS} of the API, the queue on $queue`,
  ({ url }) => {
    let processes: Processes;
    let client: Client;
    beforeAll(async () => {
      processes = await startProcesses(url);
      const { baseUrl, sandboxUrl, platformKey } = processes;
      client = createClient({ baseUrl, sandboxUrl, platformKey } as Parameters<typeof createClient>[0]);
    }, 60_000);
    afterAll(() => processes.close(), 60_000);

    it('loses nothing, posts nothing twice, and both books agree', async () => {
      const links = await Promise.all(SCHEMES.map((scheme) => linkOne(client, scheme)));
      const done = { count: 0 };
      const answered = await Promise.all([accrueAll(client, links, done), killAlong(processes, done)]);
      expect(answered[1]).toEqual({ worker: WORKER_KILLS, api: API_KILLS });
      expect(new Set(answered[0]).size).toBe(ACCRUALS);
      for (const scheme of SCHEMES) {
        const expected = ACCRUALS / SCHEMES.length;
        await eventually(
          () => statesOf(processes.ownerUrl, scheme),
          ({ posted = 0 }) => posted >= Math.floor(expected),
          { withinMs: REST_WITHIN_MS, everyMs: 250 },
        );
        const states = await statesOf(processes.ownerUrl, scheme);
        expect(Object.keys(states)).toEqual(['posted']);
        const books = await client.control<Books>('GET', `${scheme}/books`);
        expect(books.totals.count).toBe(states['posted']);
        expect(new Set(books.postings.map((posting) => posting.reference)).size).toBe(states['posted']);
        expect(await ledgerPoints(processes.ownerUrl, scheme)).toBe(books.totals.points);
      }
      expect(await brokenInvariants(processes.ownerUrl)).toEqual([]);
    }, 900_000);
  },
);

/** Posts all accruals from a few clients; one that gets no answer sends the same key again, as a platform would. */
async function accrueAll(client: Client, links: readonly Link[], done: { count: number }): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    for (let index = next++; index < ACCRUALS; index = next++) {
      const link = links[index % links.length];
      if (link === undefined) throw new Error('no link');
      const body = { linkId: link.id, activity: activityFor(link.scheme, index), points: 10 + index };
      const operation = await eventually(
        () =>
          client.post<{ id: string }>('/v1/accruals', body, { 'idempotency-key': `kills-${index}` }).catch(noAnswer),
        (answer) => answer !== null,
        { withinMs: 60_000, everyMs: 100 },
      );
      ids.push(operation?.id ?? '');
      done.count += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, one));
  return ids;
}

/** A refusal is a failure of the test; only a lost answer or a 503 is sent again. */
function noAnswer(error: unknown): null {
  const text = String(error);
  if (/: [1-4]\d\d /.test(text)) throw error;
  return null;
}

/** Kills at even steps of progress; a process that is not up at its moment is killed as soon as it is. */
async function killAlong(processes: Processes, done: { count: number }): Promise<{ worker: number; api: number }> {
  const kills = [
    ...Array.from({ length: WORKER_KILLS }, (_none, index) => ({
      at: (index + 1) / (WORKER_KILLS + 1),
      name: 'worker-1' as const,
    })),
    ...Array.from({ length: API_KILLS }, (_none, index) => ({
      at: (index + 1) / (API_KILLS + 1),
      name: 'api' as const,
    })),
  ].sort((a, b) => a.at - b.at);
  const made = { worker: 0, api: 0 };
  for (const { at, name } of kills) {
    await eventually(
      async () => done.count,
      (count) => count >= at * ACCRUALS,
      { withinMs: 300_000, everyMs: 5 },
    );
    await eventually(async () => processes.kill(name), Boolean, { withinMs: 60_000, everyMs: 20 });
    made[name === 'api' ? 'api' : 'worker'] += 1;
  }
  return made;
}

async function linkOne(client: Client, scheme: string): Promise<Link> {
  const [member] = await client.control<Member[]>('POST', `${scheme}/members`, { count: 1 });
  if (member === undefined) throw new Error('no member');
  const { memberNumber, familyName, givenName, form } = member;
  const consent = { basis: 'contract', grantedAt: '2026-01-01T00:00:00Z' };
  return client.post<Link>('/v1/links', {
    scheme,
    memberNumber,
    holder: { familyName, givenName },
    form,
    travellerRef: 't1',
    consent,
  });
}
