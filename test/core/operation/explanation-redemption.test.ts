import { describe, expect, it } from '@jest/globals';
import { type ExplainedRow, explain, toExplain, type ToExplain } from '../../../src/core/operation/explanation.js';
import { refusalSentence } from '../../../src/core/operation/refusal-sentences.js';
import { isFinal, OPERATION_KINDS, REDEMPTION_STATES } from '../../../src/spec/operation.js';
import type { Hold } from '../../../src/spec/reward.js';

type Redemption = Extract<ToExplain, { kind: 'redemption' }>;

const LANGUAGES = ['zh', 'en'] as const;
const STEPS = ['hold', 'confirm', 'release', null] as const;
const INTENTS = ['confirm', 'release', null] as const;
const NATIVE: Hold = { kind: 'native', expiresAt: '2026-03-02T02:00:00Z' };
const SOFT: Hold = { kind: 'soft', expiresAt: '2026-03-02T02:00:00Z' };
const HOLDS = [NATIVE, SOFT, null];
const SCHEME = { name: { zh: '铁路畅行', en: 'China Railway' }, zone: 'Asia/Shanghai', pointsScale: 0 };

const REDEMPTION: Redemption = {
  kind: 'redemption',
  state: 'held',
  step: 'hold',
  intent: null,
  hold: NATIVE,
  points: 55_300,
  scheme: SCHEME,
  attempts: 1,
  nextActionAt: new Date('2026-03-02T01:30:00Z'),
  rejection: null,
  reviewReason: null,
  asOf: new Date('2026-03-02T00:00:00Z'),
};

/** One sentence: begins like one, ends like one. */
const SENTENCE = { zh: /^[^。]+。$/u, en: /^[A-Z0-9][^.]*[a-z0-9]\.$/ };

const said = (change: Partial<Redemption>, language: 'zh' | 'en') => explain({ ...REDEMPTION, ...change }, language);

describe('a redemption', () => {
  it.each(LANGUAGES.flatMap((language) => REDEMPTION_STATES.map((state) => ({ language, state }))))(
    'is explained when $state in $language, whatever its step, its hold and what is asked of it',
    ({ language, state }) => {
      for (const step of STEPS) {
        for (const intent of INTENTS) {
          for (const hold of HOLDS) {
            for (const attempts of [0, 3]) {
              const sentences = said({ state, step, intent, hold, attempts }, language);
              for (const sentence of sentences) {
                expect(sentence).toMatch(SENTENCE[language]);
                expect(sentence).not.toMatch(/undefined|null|\$|\{|NaN|Invalid/);
              }
              expect(sentences[0]).toContain('55,300');
              expect(sentences[0]).toContain(SCHEME.name[language]);
              expect(sentences[1].includes('09:30')).toBe(!isFinal(state));
            }
          }
        }
      }
    },
  );

  it.each(LANGUAGES)('sounds different in every state in %s', (language) => {
    const happened = REDEMPTION_STATES.map((state) => said({ state, hold: null, attempts: 0 }, language)[0]);
    expect(new Set(happened).size).toBe(REDEMPTION_STATES.length);
  });

  it('that is held says until when, and who holds the points', () => {
    const [native, soft] = [NATIVE, SOFT].map((hold) => said({ hold }, 'en'));
    expect(native?.[0]).toBe(
      'China Railway has set aside 55,300 points for the redemption until 2 March 2026 at 10:00 Asia/Shanghai time.',
    );
    expect(soft?.[0]).toContain('until 2 March 2026 at 10:00 Asia/Shanghai time; the scheme itself does not hold them');
    expect(said({ hold: NATIVE }, 'zh')[0]).toContain('保留至 2026 年 3 月 2 日 10:00（Asia/Shanghai 时间）');
    expect(said({ hold: SOFT }, 'zh')[0]).toContain('会员计划本身并未冻结');
  });

  it('with a reservation of ours only asks the traveller to leave the points alone until the confirm', () => {
    for (const state of ['requested', 'held'] as const) {
      expect(said({ state, hold: SOFT }, 'en')[2]).toContain('should not spend these points elsewhere');
      expect(said({ state, hold: SOFT }, 'zh')[2]).toContain('不要在别处使用');
    }
    expect(said({ hold: NATIVE }, 'en')[2]).not.toContain('elsewhere');
  });

  it.each(LANGUAGES)('that is held says what was asked of it in %s', (language) => {
    const next = INTENTS.map((intent) => said({ intent }, language)[1]);
    expect(new Set(next).size).toBe(INTENTS.length);
  });

  it.each(LANGUAGES)('of unknown outcome says which step it is about in %s', (language) => {
    const happened = (['hold', 'confirm', 'release'] as const).map(
      (step) => said({ state: 'unknown', step }, language)[0],
    );
    expect(new Set(happened).size).toBe(3);
    const [, spentOnce] = said({ state: 'unknown', step: 'confirm' }, language);
    const [, calledOff] = said({ state: 'unknown', step: 'confirm', intent: 'release' }, language);
    expect(spentOnce).toMatch(/spend the points twice|重复扣除/);
    expect(calledOff).toMatch(/let go of whatever is still set aside|释放仍在保留的积分/);
  });

  it('says of every end but the confirm that no points were spent', () => {
    for (const state of ['released', 'expired', 'rejected'] as const) {
      expect(said({ state }, 'en')[0]).toMatch(/no points were spent|none were spent/);
      expect(said({ state }, 'zh')[0]).toContain('没有扣除积分');
    }
    expect(said({ state: 'confirmed' }, 'en')[0]).toBe('China Railway has taken 55,300 points for the reward.');
    expect(said({ state: 'confirmed' }, 'zh')[0]).toBe('铁路畅行已为该奖励扣除 55,300 积分。');
  });

  it.each(LANGUAGES)('that is refused ends with the sentence of its reason in %s', (language) => {
    const rejection = { reason: 'insufficient-points' } as const;
    expect(said({ state: 'rejected', rejection }, language)[2]).toBe(refusalSentence('insufficient-points', language));
  });

  it.each(LANGUAGES)('in review says why in %s', (language) => {
    const awaiting = said({ state: 'needs-review', reviewReason: 'awaiting-file' }, language);
    const absent = said({ state: 'needs-review', reviewReason: 'absent' }, language);
    expect(awaiting[0]).not.toBe(absent[0]);
    expect(awaiting[2]).toMatch(/a second time|不要重复/);
  });
});

describe('toExplain', () => {
  const asOf = new Date('2026-03-02T00:00:00Z');
  const row: ExplainedRow = {
    kind: 'accrual',
    state: 'posted',
    step: null,
    intent: null,
    hold: null,
    points: 1000,
    bonusPoints: 200,
    attempts: 1,
    nextActionAt: null,
    rejection: null,
    reviewReason: null,
  };

  it('counts the bonus in, and carries what a redemption has more', () => {
    expect(toExplain(row, SCHEME, asOf)).toEqual({
      kind: 'accrual',
      state: 'posted',
      points: 1200,
      scheme: SCHEME,
      attempts: 1,
      nextActionAt: null,
      rejection: null,
      reviewReason: null,
      asOf,
    });
    const redemption = { kind: 'redemption', state: 'unknown', step: 'hold', intent: 'release', hold: NATIVE } as const;
    expect(toExplain({ ...row, ...redemption }, SCHEME, asOf)).toMatchObject(redemption);
  });

  it('knows the kinds that a platform can ask for, and no other', () => {
    const explained = OPERATION_KINDS.filter((kind) => toExplain({ ...row, kind }, SCHEME, asOf) !== null);
    expect(explained).toEqual(['accrual', 'reversal', 'redemption', 'refund']);
  });
});
