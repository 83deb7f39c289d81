import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { seededConnectionId } from '../../src/compose/seed.js';
import type { OperationState } from '../../src/spec/operation.js';
import { ownerPool } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type Bench, type Books, openBench, request } from '../support/gateway.js';
import { brokenInvariants } from '../support/invariants.js';
import { activityFor, linkMembers } from '../support/travellers.js';

const RAIL = 'china-railway';
const AIR = 'northwind-air';

let bench: Bench;
let owner: pg.Pool;
let links: Readonly<Record<string, string>>;
beforeAll(async () => {
  bench = await openBench();
  owner = ownerPool(bench.ownerUrl);
  const [rail = ''] = await linkMembers(bench, bench.demo, RAIL, 1);
  const [air = ''] = await linkMembers(bench, bench.demo, AIR, 1);
  links = { [RAIL]: rail, [AIR]: air };
});
afterAll(async () => {
  await owner.end();
  await bench.close();
});

let trips = 0;
async function accrue(scheme: string, count: number): Promise<string[]> {
  const bodies = Array.from({ length: count }, () => {
    trips += 1;
    return { linkId: links[scheme] ?? '', activity: activityFor(scheme, trips), points: 100, metadata: {} };
  });
  const answers = await Promise.all(
    bodies.map((body) => bench.gateway.operations.accrue(bench.demo, body, request(body))),
  );
  return answers.map(({ operationId = '' }) => operationId);
}

const states = async (ids: readonly string[]): Promise<OperationState[]> =>
  Promise.all(ids.map(async (id) => (await bench.gateway.operations.get(bench.demo, id, 'en')).state));
const all = (state: OperationState) => (found: readonly OperationState[]) => found.every((one) => one === state);
const allPosted = (ids: readonly string[]) => eventually(() => states(ids), all('posted'));
const postings = async (scheme: string): Promise<number> =>
  (await bench.sandbox.get<Books>(`${scheme}/books`)).postings.length;
const connectionState = async (): Promise<string | undefined> =>
  (await owner.query<{ state: string }>('SELECT state FROM connection WHERE id = $1', [seededConnectionId(RAIL)]))
    .rows[0]?.state;
/** As administration does it: the state, and what stands against it, in one commit. */
const change = (state: 'live' | 'paused'): Promise<unknown> =>
  owner.query(
    `WITH c AS (UPDATE connection SET state = $2, version = version + 1 WHERE id = $1)
     SELECT CASE $2 WHEN 'paused' THEN open_incident($1, 'paused', NULL, 'test') ELSE close_incident($1, 'paused', NULL) END,
       close_incident($1, 'auth-failed', NULL)`,
    [seededConnectionId(RAIL), state],
  );
/** What waits comes due at once and is swept, as it would be after a while. */
const sweepUp = (ids: readonly string[]): Promise<unknown> =>
  owner.query(`UPDATE operation SET next_action_at = now() WHERE id = ANY ($1) AND lease_token IS NULL`, [ids]);

describe('a connection that is paused', () => {
  it('is sent nothing while others go on, and everything once it is back', async () => {
    await change('paused');
    const waiting = await accrue(RAIL, 30);
    await sweepUp(waiting);
    await allPosted(await accrue(AIR, 5));
    expect(await postings(RAIL)).toBe(0);
    expect(await states(waiting)).toEqual(waiting.map(() => 'queued'));
    const touched = await owner.query('SELECT FROM attempt WHERE operation_id = ANY ($1)', [waiting]);
    expect(touched.rowCount).toBe(0);
    await change('live');
    await allPosted(waiting);
    expect(await postings(RAIL)).toBe(30);
  });
});

describe('credentials that are refused', () => {
  it('take the connection out of service and lose nothing', async () => {
    const partner = (id: string): Promise<unknown> =>
      owner.query(
        `UPDATE connection SET settings = jsonb_set(settings, '{partnerId}', to_jsonb($2::text)), version = version + 1 WHERE id = $1`,
        [seededConnectionId(RAIL), id],
      );
    const before = await postings(RAIL);
    await partner('somebody-else');
    const waiting: string[] = [];
    // A process goes on with the settings it knows for some seconds.
    await eventually(
      async () => {
        waiting.push(...(await accrue(RAIL, 1)));
        return connectionState();
      },
      (state) => state === 'auth-failed',
      { everyMs: 250 },
    );
    const standing = await owner.query<{ kind: string }>('SELECT kind FROM incident WHERE closed_at IS NULL');
    expect(standing.rows).toEqual([{ kind: 'auth-failed' }]);
    await partner('interline-sandbox');
    await change('live');
    await allPosted(waiting);
    expect((await postings(RAIL)) - before).toBe(waiting.length);
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
  expect(bench.errors).toEqual([]);
});
