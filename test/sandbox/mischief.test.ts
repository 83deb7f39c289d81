import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lcpClient } from './lcp-client.js';
import { NOON, type Running, run } from './running.js';

let sandbox: Running;
const REFERENCES = ['11', '12', '13', '14'];
beforeEach(async () => {
  sandbox = await run({ clock: () => NOON });
  const member = await sandbox.member('test-airline');
  for (const reference of REFERENCES) await lcpClient(sandbox).post(member, 100, reference);
});
afterEach(() => sandbox.stop());

const plant = async (kind: string, count: number): Promise<readonly string[]> => {
  const { json } = await sandbox.control('POST', '/test-airline/mischief', { kind, count, businessDate: '2026-03-10' });
  return json['references'] as string[];
};
const close = async () => (await sandbox.control('POST', '/test-airline/close-day')).json;

describe('mischief', () => {
  it.each([
    ['drop-line', 2, { lines: 2, points: 200 }],
    ['duplicate-line', 2, { lines: 6, points: 600 }],
    ['change-points', 1, { lines: 4, points: 410 }],
    ['delay-line', 3, { lines: 1, points: 100 }],
  ] as const)('%s concerns exactly the references it returns', async (kind, count, summary) => {
    const references = await plant(kind, count);
    expect(new Set(references).size).toBe(count);
    expect(REFERENCES).toEqual(expect.arrayContaining([...references]));
    expect(await close()).toMatchObject(summary);
  });

  it('extra-line carries a reference in our form that we never sent', async () => {
    const [reference] = await plant('extra-line', 1);
    expect(reference).toMatch(/^[0-9]{20}$/);
    expect(await close()).toMatchObject({ lines: 5 });
  });

  it('a delayed line stands in the next day', async () => {
    await plant('delay-line', 1);
    await close();
    expect(await close()).toMatchObject({ businessDate: '2026-03-11', lines: 1, points: 100 });
  });

  it('never touches a line twice, and says how many are left', async () => {
    const first = await plant('drop-line', 3);
    const second = await plant('change-points', 1);
    expect(first).not.toContain(second[0]);
    const body = { kind: 'drop-line', count: 1, businessDate: '2026-03-10' };
    expect((await sandbox.control('POST', '/test-airline/mischief', body)).status).toBe(422);
  });

  it('changes nothing in the books', async () => {
    const before = await sandbox.books('test-airline');
    await plant('drop-line', 4);
    expect(await sandbox.books('test-airline')).toEqual(before);
  });

  it('gives a closed day another digest', async () => {
    const told = async () => {
      const body = { businessDate: '2026-03-10' };
      return (await sandbox.control('POST', '/test-airline/close-day', body)).json['sha256'];
    };
    const before = await told();
    expect(await told()).toBe(before);
    await plant('change-points', 1);
    expect(await told()).not.toBe(before);
  });
});
