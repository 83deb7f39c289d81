import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { ownerPool } from '../support/database.js';
import { type Bench, openBench, request, type SandboxMember } from '../support/gateway.js';
import { eventually } from '../support/eventually.js';
import { inboundUrls } from '../support/inbound-door.js';
import { activityFor, linkInput } from '../support/travellers.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { everythingStored, leaks, spellings } from './everything-stored.js';

const SCHEMES = ['china-railway', 'northwind-air', 'harbour-hotels', 'phoenix-miles'] as const;
/** Answers of every kind, so that excerpts of all of them are kept. */
const RATES = { refuse: 0.15, commitThenDrop: 0.15, wrongEcho: 0.15, garbage: 0.15, errorAfterCommit: 0.1 };

let bench: Bench;
let owner: pg.Pool;
let door: { close(): Promise<void> };
const members: SandboxMember[] = [];

beforeAll(async () => {
  bench = await openBench();
  owner = ownerPool(bench.ownerUrl);
  door = await inboundUrls(bench, SCHEMES);
  for (const scheme of SCHEMES) members.push(...(await busyMembers(scheme)));
  await eventually(
    async () => (await owner.query('SELECT 1 FROM operation WHERE attempts = 0 OR lease_token IS NOT NULL')).rowCount,
    (waiting) => waiting === 0,
  );
  // What is posted the night after is told by pushes.
  await bench.sandbox.delete('phoenix-miles/faults');
  await bench.sandbox.post('phoenix-miles/close-day');
  await eventually(
    async () => (await owner.query(`SELECT 1 FROM inbound_event WHERE state = 'applied'`)).rowCount ?? 0,
    (pushes) => pushes > 3,
  );
}, 60_000);
afterAll(async () => {
  await door.close();
  await owner.end();
  await bench.close();
});

/** Members of a scheme with a link each, read and written about over calls that go well and calls that do not. */
async function busyMembers(scheme: string): Promise<SandboxMember[]> {
  const made = await bench.sandbox.post<SandboxMember[]>(`${scheme}/members`, { count: 4 });
  const { links, operations } = bench.gateway;
  const linkIds: string[] = [];
  for (const [index, member] of made.entries()) {
    const input = linkInput(scheme, member, `t-${scheme}-${index % 2}`);
    const answer = await links.create(bench.demo, input, request(input));
    linkIds.push(fromTypeId('lnk', (JSON.parse(answer.body) as { id: string }).id) ?? '');
  }
  await bench.sandbox.put(`${scheme}/faults`, { seed: 7, rates: RATES });
  for (const [index, linkId] of linkIds.entries()) {
    await links.account(bench.demo, linkId, 0).catch(() => undefined);
    await links.statement(bench.demo, linkId, undefined).catch(() => undefined);
    for (let trip = 0; trip < 4; trip += 1) {
      const input = { linkId, activity: activityFor(scheme, 10 * index + trip), points: 500, metadata: {} };
      await operations.accrue(bench.demo, input, request(input));
    }
  }
  await links.traveller(bench.demo, `t-${scheme}-0`, 'booking');
  return made;
}

describe('the database of a busy gateway', () => {
  it('holds no member number in any spelling', async () => {
    const stored = await everythingStored(owner);
    const numbers = members.map(({ memberNumber }) => memberNumber);
    expect(numbers.length).toBe(16);
    expect(leaks(stored, numbers)).toEqual([]);
  });

  it('holds no name that is long enough to be told from other words', async () => {
    const names = members
      .flatMap(({ familyName, givenName }) => [familyName, givenName])
      .filter((name) => name.length > 4);
    expect(names).not.toEqual([]);
    expect(leaks(await everythingStored(owner), names)).toEqual([]);
  });

  it('was busy: there are exchanges, refusals, lost answers, pushes and acts in it', async () => {
    const found = await owner.query<{ outcome: string }>(
      'SELECT DISTINCT outcome FROM attempt WHERE outcome IS NOT NULL',
    );
    expect(found.rows.map((row) => row.outcome)).toEqual(expect.arrayContaining(['receipt', 'unknown-outcome']));
    for (const table of ['inbound_event', 'audit', 'account_snapshot', 'event', 'idempotency_key', 'receipt'])
      expect([table, (await owner.query(`SELECT 1 FROM ${table}`)).rowCount]).not.toEqual([table, 0]);
    const exchanged = await owner.query('SELECT 1 FROM attempt WHERE jsonb_array_length(exchanges) > 0');
    expect(exchanged.rowCount).toBeGreaterThan(30);
  });

  it('would show one that was planted, however it was written', async () => {
    const number = 'ZZ987654321';
    for (const [index, spelling] of spellings(number).entries()) {
      await owner.query(`UPDATE tenant SET name = $1 WHERE name = 'demo' OR name LIKE 'planted%'`, [
        `planted ${index} x${spelling}x`,
      ]);
      expect(leaks(await everythingStored(owner), [number])).not.toEqual([]);
    }
    const sealed = Buffer.from(`..${number}..`);
    await owner.query(`UPDATE tenant SET name = $1 WHERE name LIKE 'planted%'`, [sealed.toString('base64')]);
    expect(leaks(await everythingStored(owner), [number])).toHaveLength(1);
  });
});
