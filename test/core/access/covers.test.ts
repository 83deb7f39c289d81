import { describe, expect, it } from '@jest/globals';
import { covers } from '../../../src/core/access/covers.js';

describe('covers', () => {
  it.each<[string | null, string | null, boolean]>([
    [null, null, true],
    [null, 'acme', true],
    [null, 'acme/sales', true],
    ['acme', 'acme', true],
    ['acme', 'acme/sales', true],
    ['acme', 'acme/sales/east', true],
    ['acme/sales', 'acme/sales/east', true],
    ['acme', null, false],
    ['acme', 'acme2', false],
    ['acme', 'acme-sales', false],
    ['acme', 'ACME', false],
    ['acme', 'big/acme', false],
    ['acme/sales', 'acme', false],
    ['acme/sales', 'acme/salesforce', false],
    ['acme/sales', 'acme/marketing', false],
    ['', null, false],
  ])('a key of %p sees what belongs to %p: %p', (organisation, of, seen) => {
    expect(covers({ organisation }, of)).toBe(seen);
  });
});
