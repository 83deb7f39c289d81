import { describe, expect, it } from '@jest/globals';
import { refusalFacts, refusalSentence } from '../../../src/core/operation/refusal-sentences.js';
import { REFUSAL_REASONS } from '../../../src/spec/errors.js';

describe('refusal sentences', () => {
  it.each(REFUSAL_REASONS)('%s has one full sentence in each language', (reason) => {
    const zh = refusalSentence(reason, 'zh');
    const en = refusalSentence(reason, 'en');
    expect(zh).toMatch(/^\p{Script=Han}[^。]+。$/u);
    expect(en).toMatch(/^[A-Z][^.]+\.$/);
    expect(en).not.toMatch(/\p{Script=Han}/u);
  });

  it.each(['zh', 'en'] as const)('are all different in %s', (language) => {
    const all = REFUSAL_REASONS.map((reason) => refusalSentence(reason, language));
    expect(new Set(all).size).toBe(REFUSAL_REASONS.length);
  });

  it('never call for a new operation where nobody can put it right', () => {
    const hopeless = REFUSAL_REASONS.filter((reason) => refusalFacts(reason).fixableBy === 'nobody');
    expect(hopeless).toContain('already-credited');
    expect(hopeless).toContain('too-late');
    expect(hopeless.filter((reason) => refusalFacts(reason).correctedIsNewOperation)).toEqual([]);
  });

  it('give facts without the sentences', () => {
    expect(refusalFacts('name-mismatch')).toEqual({ fixableBy: 'traveller', correctedIsNewOperation: true });
    expect(refusalFacts('verification-locked')).toEqual({ fixableBy: 'traveller', correctedIsNewOperation: false });
  });
});
