import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LcpClient, lcpClient, posting } from './lcp-client.js';
import { type Running, run, type TestMember, until } from './running.js';

let sandbox: Running;
let member: TestMember;
let lcp: LcpClient;
beforeEach(async () => {
  sandbox = await run();
  member = await sandbox.member('test-airline');
  lcp = lcpClient(sandbox);
});
afterEach(() => sandbox.stop());

const always = (kind: string, more: Record<string, unknown> = {}): Promise<void> =>
  sandbox.faults('test-airline', { seed: 5, rates: { [kind]: 1 }, ...more });
const rows = async (): Promise<number> => (await sandbox.books('test-airline')).totals.count;
/** Asserts that the answer to one posting never arrives whole. */
const lost = (init?: RequestInit): Promise<void> =>
  expect(lcp.send('/Posting', posting(member, 100, '1'), init)).rejects.toThrow();

describe('faults that lose the answer', () => {
  it.each([
    ['refuse', 0],
    ['dropBeforeCommit', 0],
    ['commitThenDrop', 1],
  ] as const)('%s drops the connection and leaves %i rows', async (kind, count) => {
    await always(kind);
    await lost();
    expect(await rows()).toBe(count);
  });

  it('hang answers nothing until the client gives up, and applies nothing', async () => {
    await always('hang');
    const signal = AbortSignal.timeout(200);
    await lost({ signal });
    expect(signal.aborted).toBe(true);
    expect(await rows()).toBe(0);
  });

  it('commitLate applies the effect after the answer was lost', async () => {
    await always('commitLate', { lateMs: 150 });
    await lost();
    expect(await rows()).toBe(0);
    await until(async () => (await rows()) === 1);
    expect((await sandbox.books('test-airline')).postings).toMatchObject([{ reference: '1', points: 100 }]);
  });

  it('commitLate takes two seconds unless told otherwise', async () => {
    const { json } = await sandbox.control('PUT', '/test-airline/faults', { rates: { commitLate: 1 } });
    expect(json).toMatchObject({ lateMs: 2_000 });
  });

  it('slowDrip applies the effect and lets the client wait for the second byte', async () => {
    await always('slowDrip');
    const controller = new AbortController();
    const response = await fetch(`${sandbox.url}/test-airline/Posting`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('someone:secret:with:colons').toString('base64')}` },
      body: JSON.stringify(posting(member, 100)),
      signal: controller.signal,
    });
    const first = await response.body?.getReader().read();
    expect(first?.value).toHaveLength(1);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(20);
    controller.abort();
    expect(await rows()).toBe(1);
  });
});

describe('faults that answer something else', () => {
  it('throttle answers 429 and applies nothing, sometimes with Retry-After in seconds, sometimes with a date', async () => {
    await always('throttle');
    const seen = new Set<string>();
    for (let i = 0; i < 30; i += 1) {
      const { status, headers } = await lcp.post(member, 100);
      expect(status).toBe(429);
      const after = headers.get('retry-after');
      seen.add(after === null ? 'absent' : /^\d+$/.test(after) ? 'seconds' : 'date');
    }
    expect([...seen].toSorted()).toEqual(['absent', 'date', 'seconds']);
    expect(await rows()).toBe(0);
  });

  it.each([
    ['errorBeforeCommit', 0],
    ['errorAfterCommit', 20],
  ] as const)('%s answers each of the four errors and leaves %i rows of 20', async (kind, count) => {
    await always(kind);
    const statuses = new Set<number>();
    for (let i = 0; i < 20; i += 1) statuses.add((await lcp.post(member, 100)).status);
    expect([...statuses].toSorted()).toEqual([500, 502, 503, 504]);
    expect(await rows()).toBe(count);
  });

  it('garbage answers 200 with what is no JSON, before the commit or after it', async () => {
    await always('garbage');
    let pages = 0;
    let cut = 0;
    for (let i = 0; i < 40; i += 1) {
      const answer = await lcp.post(member, 100).catch(() => null);
      expect(answer?.json ?? {}).toEqual({});
      if (answer?.text.startsWith('<html>')) pages += 1;
      else cut += 1;
    }
    expect(pages).toBeGreaterThan(0);
    expect(cut).toBeGreaterThan(0);
    const applied = await rows();
    expect(applied).toBeGreaterThan(0);
    expect(applied).toBeLessThan(40);
  });

  it('wrongEcho answers about another member', async () => {
    await always('wrongEcho');
    const body = { memberId: member.memberNumber, firstName: member.givenName, lastName: member.familyName };
    const { json } = await lcp.send('/MemberValidation', body);
    expect(json).toMatchObject({ status: 'success' });
    expect(json['memberId']).not.toBe(member.memberNumber);
  });

  it('wrongEcho leaves an answer right that echoes nothing', async () => {
    await always('wrongEcho');
    expect((await lcp.post(member, 100)).json).toMatchObject({ status: 'success' });
    expect(await rows()).toBe(1);
  });

  it('skewedClock answers right, ten minutes off', async () => {
    await always('skewedClock');
    const { json, headers } = await lcp.post(member, 100);
    expect(json).toMatchObject({ status: 'success' });
    expect(Math.abs(Date.parse(headers.get('date') ?? '') - Date.now())).toBeGreaterThan(9 * 60_000);
  });
});

describe('faults as a plan', () => {
  it('are gone after DELETE', async () => {
    await always('refuse');
    await sandbox.control('DELETE', '/test-airline/faults');
    expect((await lcp.post(member, 100)).status).toBe(200);
  });

  it('come in the same order for the same seed', async () => {
    const statuses = async (): Promise<string> => {
      await sandbox.faults('test-airline', { seed: 42, rates: { throttle: 0.3, errorBeforeCommit: 0.3 } });
      const seen: number[] = [];
      for (let i = 0; i < 20; i += 1) seen.push((await lcp.post(member, 100)).status);
      return seen.join(' ');
    };
    const first = await statuses();
    expect(new Set(first.split(' ')).size).toBeGreaterThan(1);
    expect(await statuses()).toBe(first);
  });

  it('concern the reads as well', async () => {
    await always('throttle');
    expect((await lcp.send('/MemberValidation', {})).status).toBe(429);
  });

  it('concern one scheme only', async () => {
    await always('refuse');
    const response = await fetch(`${sandbox.url}/test-hotels/crm/v1/profileMembershipStatistics`);
    expect(response.status).toBe(400);
  });

  it('answers normally under latency', async () => {
    await sandbox.faults('test-airline', { latencyMs: { p50: 5, p99: 20 } });
    expect((await lcp.post(member, 100)).json).toMatchObject({ status: 'success' });
    expect(await rows()).toBe(1);
  });
});

describe('commitLate at the end', () => {
  it('is applied when the sandbox stops before its time', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const first = await run({ dataDir });
    const someone = await first.member('test-airline');
    await first.faults('test-airline', { rates: { commitLate: 1 }, lateMs: 3_600_000 });
    await expect(lcpClient(first).post(someone, 100)).rejects.toThrow();
    expect((await first.books('test-airline')).totals.count).toBe(0);
    await first.stop();
    const second = await run({ dataDir });
    expect((await second.books('test-airline')).totals).toEqual({ count: 1, points: 100 });
    await second.stop();
    rmSync(dataDir, { recursive: true });
  });

  it('is forgotten by a reset', async () => {
    const sameMember = async (): Promise<TestMember> => {
      const { json } = await sandbox.control('POST', '/test-airline/members', { count: 1, seed: 9 });
      return (json as unknown as TestMember[])[0] as TestMember;
    };
    const late = async (reference: string): Promise<void> => {
      await always('commitLate', { lateMs: 100 });
      await expect(lcp.post(await sameMember(), 100, reference)).rejects.toThrow();
    };
    await late('before');
    await sandbox.control('POST', '/reset');
    await late('after');
    await until(async () => (await rows()) > 0);
    expect((await sandbox.books('test-airline')).postings).toMatchObject([{ reference: 'after' }]);
  });
});
