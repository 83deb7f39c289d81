import { describe, expect, it } from '@jest/globals';
import { standingAfter, standingAfterAll } from '../../../src/core/connection/standing.js';

describe('a connection', () => {
  it.each([
    ['live', 'paused'],
    ['auth-failed', 'paused'],
    ['paused', 'paused'],
  ] as const)('that is %s and paused is %s, and nothing that stood against it is over', (from, to) => {
    expect(standingAfter(from, 'pause')).toEqual({ state: to, opens: 'paused', closes: [] });
  });

  it.each(['live', 'auth-failed', 'paused'] as const)('that is %s and resumed is live', (from) => {
    expect(standingAfter(from, 'resume')).toEqual({ state: 'live', opens: null, closes: ['paused', 'auth-failed'] });
  });

  it.each([
    ['live', 'live'],
    ['auth-failed', 'live'],
    ['paused', 'paused'],
  ] as const)('that is %s and has good credentials is %s', (from, to) => {
    expect(standingAfter(from, 'credentials')).toEqual({ state: to, opens: null, closes: ['auth-failed'] });
  });

  it('takes several acts in turn', () => {
    const closes = ['auth-failed'];
    expect(standingAfterAll('auth-failed', ['credentials', 'pause'])).toEqual({
      state: 'paused',
      opens: 'paused',
      closes,
    });
    expect(standingAfterAll('auth-failed', [])).toEqual({ state: 'auth-failed', opens: null, closes: [] });
  });
});
