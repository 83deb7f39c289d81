import { describe, expect, it } from '@jest/globals';
import { BREAK_STATES, VERDICT_REASONS, VERDICTS } from '../../../src/core/reconcile/reconciliations.js';
import { actionsOn } from '../../../src/core/reconcile/break-view.js';
import { VERDICT_OF } from '../../../src/core/reconcile/rules.js';
import { RESOLUTION_SENTENCES, VERDICT_SENTENCES } from '../../../src/core/reconcile/verdict-sentences.js';

describe('every reason', () => {
  it.each(VERDICT_REASONS)('%s has a verdict and a sentence in both languages', (reason) => {
    expect(VERDICTS).toContain(VERDICT_OF[reason]);
    expect(VERDICT_SENTENCES[reason].zh).toMatch(/^\p{Script=Han}[\p{Script=Han}，、]+。$/u);
    expect(VERDICT_SENTENCES[reason].en).toMatch(/^[A-Z][^。]+\.$/);
  });

  it('no verdict is without a reason, and no two reasons say the same', () => {
    expect(new Set(Object.values(VERDICT_OF))).toEqual(new Set(VERDICTS));
    for (const language of ['zh', 'en'] as const) {
      const sentences = [...Object.values(VERDICT_SENTENCES), ...Object.values(RESOLUTION_SENTENCES)].map(
        (one) => one[language],
      );
      expect(new Set(sentences).size).toBe(sentences.length);
    }
  });
});

it('what is closed can no longer be acted on', () => {
  const legal = BREAK_STATES.map((state) => [state, actionsOn({ state, operationId: 'x' }).length]);
  expect(Object.fromEntries(legal)).toEqual({
    open: 3,
    'auto-resolved': 0,
    assigned: 3,
    resolved: 0,
    'written-off': 0,
  });
});
