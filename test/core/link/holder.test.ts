import { describe, expect, it } from '@jest/globals';
import { holderFromShort, spelling } from '../../../src/core/link/holder.js';
import type { HolderName } from '../../../src/spec/values.js';

const han: HolderName = { script: 'Hani', family: '欧阳', given: '娜' };
const latin: HolderName = { script: 'Latn', family: 'OUYANG', given: 'NA' };

describe('spelling', () => {
  it('picks the script the supplier compares, wherever it stands', () => {
    expect(spelling({ names: [han, latin] }, { script: 'Latn' })).toBe(latin);
    expect(spelling({ names: [latin, han] }, { script: 'Hani' })).toBe(han);
  });

  it('takes the first spelling when that script is missing', () => {
    expect(spelling({ names: [latin] }, { script: 'Hani' })).toBe(latin);
  });

  it('refuses a holder without a name', () => {
    expect(() => spelling({ names: [] }, { script: 'Hani' })).toThrow(RangeError);
  });
});

describe('holderFromShort', () => {
  it.each([
    ['欧阳', '娜', 'Hani'],
    ['Ouyang', 'Na', 'Latn'],
    ['Ouyang', '娜', 'Hani'],
    ['𠮷田', undefined, 'Hani'],
    ['〇', undefined, 'Hani'],
    ['Müller-Østergård', undefined, 'Latn'],
  ])('%s %s is %s', (familyName, givenName, script) => {
    expect(holderFromShort(familyName, givenName).names).toEqual([
      { script, family: familyName, ...(givenName === undefined ? {} : { given: givenName }) },
    ]);
  });

  it('leaves an absent given name absent', () => {
    expect(holderFromShort('Li').names[0]).not.toHaveProperty('given');
  });
});
