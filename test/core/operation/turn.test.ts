import { describe, expect, it } from '@jest/globals';
import { costOf, createTurn, deferredMs, payable } from '../../../src/core/operation/turn.js';
import type { Plan } from '../../../src/core/operation/snapshot.js';
import type { Admission } from '../../../src/core/supplier/ports.js';
import { claimed, SENDING } from './fake-claim.js';
import { situation } from './situations.js';

const admission = (different: Partial<Admission> = {}): Admission => ({
  calls: 9,
  writes: 9,
  lookUps: 9,
  repeats: 9,
  waitMs: 4_000,
  settle: () => undefined,
  ...different,
});
const roomForRetries = { turnToRetry: () => true };
const SEND: Plan = { act: 'send' };
const LOOK: Plan = { act: 'look-up' };
const FRESH = situation({ state: 'queued', sinceFirstSentMs: null });
const SENT = situation({ state: 'queued', sinceFirstSentMs: 60_000 });
const one = (id: string) => claimed({ operation: { ...SENDING, id } });

describe('what a call costs', () => {
  it('a first send a write, what was sent before a repeat, a look-up a look-up', () => {
    expect(costOf(SEND, FRESH)).toBe('first');
    expect(costOf(SEND, SENT)).toBe('repeat');
    expect(costOf({ act: 'repeat' }, SENT)).toBe('repeat');
    expect(costOf(LOOK, SENT)).toBe('look-up');
  });

  it('the first send of the next step no repeat, its second one', () => {
    const next: Plan = { act: 'send', decision: { to: 'confirming', step: 'confirm' } };
    expect(costOf(next, { ...SENT, step: 'hold' })).toBe('first');
    expect(costOf(next, { ...FRESH, step: 'confirm' })).toBe('first');
    expect(costOf(next, { ...SENT, step: 'confirm' })).toBe('repeat');
  });
});

describe('an admission', () => {
  it('pays for as many calls of each sort as it has, and puts off the others for as long as it says', () => {
    const turn = createTurn(admission({ calls: 4, writes: 2, lookUps: 1, repeats: 1 }), roomForRetries);
    const asked = [
      turn.permit('a', SENT, SEND),
      turn.permit('b', SENT, SEND),
      turn.permit('c', FRESH, SEND),
      turn.permit('d', FRESH, SEND),
      turn.permit('e', SENT, LOOK),
      turn.permit('f', SENT, LOOK),
    ];
    const later = { act: 'defer', forMs: 4_000 };
    expect(asked).toEqual([SEND, later, SEND, later, LOOK, later]);
    expect(turn.deferred()).toBe(3);
    expect(turn.begun([one('a'), one('c'), one('e')])).toEqual({ writes: 2, lookUps: 1, repeats: 1 });
  });

  it('pays for no more calls than it has in all', () => {
    const turn = createTurn(admission({ calls: 1 }), roomForRetries);
    expect([turn.permit('a', FRESH, SEND), turn.permit('b', SENT, LOOK)]).toMatchObject([SEND, { act: 'defer' }]);
  });

  it('answers the same when a transaction is run again, and counts it once', () => {
    const turn = createTurn(admission({ calls: 1 }), roomForRetries);
    const ask = () => [turn.permit('a', FRESH, SEND).act, turn.permit('b', FRESH, SEND).act];
    expect([ask(), ask()]).toEqual([
      ['send', 'defer'],
      ['send', 'defer'],
    ]);
    expect(turn.deferred()).toBe(1);
  });

  it('gives retry work no more than the slots have for it', () => {
    const turn = createTurn(admission(), { turnToRetry: () => false });
    expect([turn.permit('a', SENT, SEND), turn.permit('b', SENT, LOOK)]).toMatchObject([
      { act: 'defer' },
      { act: 'defer' },
    ]);
    expect(turn.permit('c', FRESH, SEND)).toEqual(SEND);
    expect(turn.useOf(one('c'))).toBe('first');
  });

  it('lets pass what needs no supplier', () => {
    const turn = createTurn(admission({ calls: 0 }), roomForRetries);
    const become: Plan = { act: 'become', decision: { to: 'unknown', nextActionInMs: 0 } };
    expect(turn.permit('a', FRESH, become)).toEqual(become);
    expect(turn.deferred()).toBe(0);
  });

  it('is never asked again in a hot loop, nor in more than an hour', () => {
    expect([0, 5_000, 9_999_999].map((waitMs) => deferredMs({ waitMs }))).toEqual([1_000, 5_000, 3_600_000]);
  });

  it('pays in the lane of sends for writes alone', () => {
    const open = admission({ calls: 7, writes: 2, lookUps: 4 });
    expect([payable('live', open), payable('lookup', open)]).toEqual([2, 6]);
    expect(payable('lookup', { ...open, calls: 3 })).toBe(3);
  });
});
