import { describe, expect, it } from '@jest/globals';
import { explain, type ToExplain } from '../../../src/core/operation/explanation.js';
import { refusalSentence } from '../../../src/core/operation/refusal-sentences.js';
import { type ReviewReason, WRITE_STATES } from '../../../src/spec/operation.js';

/** As a record, so that a new reason without a place here does not compile. */
const REVIEW_REASONS = Object.keys({
  'awaiting-file': true,
  deadline: true,
  'unmapped-refusal': true,
  'look-ups-exhausted': true,
  absent: true,
  'possible-duplicate': true,
  'evidence-mismatch': true,
  'supplier-reference-taken': true,
  quarantined: true,
  'hold-overdue': true,
  'not-supported': true,
} satisfies Record<ReviewReason, true>) as ReviewReason[];
const LANGUAGES = ['zh', 'en'] as const;
const KINDS = ['accrual', 'reversal', 'refund'] as const;

const OPERATION = {
  kind: 'accrual',
  state: 'queued',
  points: 1200,
  scheme: { name: { zh: '铁路畅行', en: 'China Railway' }, zone: 'Asia/Shanghai', pointsScale: 0 },
  attempts: 0,
  nextActionAt: new Date('2026-03-02T01:30:00Z'),
  rejection: null,
  reviewReason: null,
  asOf: new Date('2026-03-02T00:00:00Z'),
} as const satisfies ToExplain;

/** One sentence: begins like one, ends like one, and no placeholder was left in it. */
const SENTENCE = { zh: /^[^。]+。$/u, en: /^[A-Z][^.]*[a-z0-9]\.$/ };

describe('explain', () => {
  const everything = LANGUAGES.flatMap((language) =>
    KINDS.flatMap((kind) => WRITE_STATES.map((state) => ({ language, kind, state }))),
  );

  it.each(everything)('explains $kind $state in $language', ({ language, kind, state }) => {
    for (const attempts of [0, 1, 3]) {
      const sentences = explain({ ...OPERATION, kind, state, attempts }, language);
      expect(sentences).toHaveLength(3);
      for (const sentence of sentences) {
        expect(sentence).toMatch(SENTENCE[language]);
        expect(sentence).not.toMatch(/undefined|null|\$|\{|NaN|Invalid/);
      }
      expect(sentences[0]).toContain('1,200');
      expect(sentences[0]).toContain(OPERATION.scheme.name[language]);
    }
  });

  it.each(LANGUAGES)('says every reason for a review differently in %s', (language) => {
    const said = REVIEW_REASONS.map((reviewReason) => {
      const [happened, next] = explain({ ...OPERATION, state: 'needs-review', reviewReason }, language);
      expect(happened).toMatch(SENTENCE[language]);
      expect(next).toContain('09:30');
      return happened;
    });
    expect(new Set(said).size).toBe(REVIEW_REASONS.length);
  });

  it.each(LANGUAGES)('tells the kinds apart in %s', (language) => {
    for (const state of WRITE_STATES) {
      const said = KINDS.map((kind) => explain({ ...OPERATION, kind, state }, language)[0]);
      expect(new Set(said).size).toBe(KINDS.length);
    }
  });

  it('says when the next step comes, in the zone of the scheme, wherever there is one', () => {
    const final = ['posted', 'rejected', 'cancelled'];
    for (const state of WRITE_STATES) {
      const zh = explain({ ...OPERATION, state }, 'zh')[1];
      const en = explain({ ...OPERATION, state }, 'en')[1];
      expect(zh.includes('于 2026 年 3 月 2 日 09:30（Asia/Shanghai 时间）')).toBe(!final.includes(state));
      expect(en.includes('on 2 March 2026 at 09:30 Asia/Shanghai time')).toBe(!final.includes(state));
    }
  });

  it('says soon for what is due already or has no time', () => {
    for (const nextActionAt of [null, OPERATION.asOf, new Date('2026-03-01T00:00:00Z')]) {
      expect(explain({ ...OPERATION, nextActionAt }, 'en')[1]).toBe(
        'It will be sent to the scheme as soon as possible.',
      );
      expect(explain({ ...OPERATION, nextActionAt }, 'zh')[1]).toBe('将尽快提交给会员计划。');
    }
  });

  it.each(LANGUAGES)('ends a refusal with the sentence of its reason in %s', (language) => {
    const refused = { ...OPERATION, state: 'rejected' as const };
    const tooLate = explain({ ...refused, rejection: { reason: 'too-late' } }, language);
    const mismatch = explain({ ...refused, rejection: { reason: 'name-mismatch' } }, language);
    expect(tooLate[2]).toBe(refusalSentence('too-late', language));
    expect(mismatch[2]).toBe(refusalSentence('name-mismatch', language));
    expect(tooLate[1]).not.toBe(mismatch[1]);
    expect(explain(refused, language)[2]).toBe(refusalSentence('supplier-refused', language));
  });

  it('warns against asking twice whenever the outcome is open', () => {
    for (const state of ['unknown', 'needs-review'] as const) {
      expect(explain({ ...OPERATION, state }, 'en')[2]).toContain('a second time');
      expect(explain({ ...OPERATION, state }, 'zh')[2]).toContain('不要重复');
    }
  });

  it.each([
    [0, 0, '0'],
    [999, 0, '999'],
    [1_234_567, 0, '1,234,567'],
    [5, 2, '0.05'],
    [123_456, 2, '1,234.56'],
    [Number.MAX_SAFE_INTEGER, 1, '900,719,925,474,099.1'],
  ])('writes %d with %d decimals as %s', (points, pointsScale, text) => {
    const scheme = { ...OPERATION.scheme, pointsScale };
    expect(explain({ ...OPERATION, state: 'posted', points, scheme }, 'en')[0]).toBe(
      `China Railway has credited ${text} points.`,
    );
  });
});
