import { describe, expect, it } from '@jest/globals';
import { candidatesIn, indexesOf, refuseMemberNumbers } from '../../../src/core/support/member-numbers.js';
import type { MemberIndex } from '../../../src/core/support/ports.js';
import type { Scheme } from '../../../src/spec/scheme.js';

const schemes = () =>
  [
    { id: 'air', memberNumber: { pattern: '^70[0-9]{8}$', check: 'luhn' } },
    { id: 'rail', memberNumber: { pattern: '^[A-Z0-9]{8,20}$', check: 'none' } },
  ] as unknown as Scheme[];
const vault = { index: (scheme: string, number: string) => Buffer.from(`${scheme} ${number}`) };

describe('a text that is sought', () => {
  it('is a member number wherever a scheme would take it as one, however it is written', () => {
    const found = indexesOf({ schemes, vault }, '70-1234 5679');
    expect(found.map(({ index }) => index.toString())).toEqual(['air 7012345679', 'rail 7012345679']);
    expect(indexesOf({ schemes, vault }, '7012345675').map(({ scheme }) => scheme)).toEqual(['rail']);
    expect(indexesOf({ schemes, vault }, 'emp 1')).toEqual([]);
  });
});

describe("a reason in somebody's own words", () => {
  const knows = async (_tenant: string, numbers: readonly MemberIndex[]) =>
    numbers.some(({ index }) => index.toString() === 'air 7012345679');
  const refuse = (reason: string) =>
    refuseMemberNumbers({ schemes, vault, store: { knows } }, 't', { '/reason': reason });

  it.each([
    '7012345679',
    'member 7012345679 misses points',
    '会员7012345679缺积分',
    'member 70 1234 5679, please',
    '70-1234-5679',
    '7 0 1 2 3 4 5 6 7 9',
    '７０１２３４５６７９',
  ])('is refused where it names a member: %s', async (reason) => {
    await expect(refuse(reason)).rejects.toMatchObject({
      code: 'INVALID',
      details: { errors: [{ pointer: '/reason' }] },
    });
  });

  it.each(['Traveller misses points', 'Ticket 9991234567890, case 4711', 'Supplier wrote on 2026-03-01', '7012345675'])(
    'is taken as it is where it does not: %s',
    async (reason) => {
      await expect(refuse(reason)).resolves.toBeUndefined();
    },
  );

  it('of the longest kind gives no more to look at than can be looked at', () => {
    expect(candidatesIn('7 '.repeat(250)).length).toBeLessThan(50);
    expect(candidatesIn(Array.from({ length: 250 }, (_none, i) => String(i % 10)).join(' ')).length).toBeLessThan(
      12_000,
    );
  });
});
