import { describe, expect, it } from '@jest/globals';
import { createCanaryRound } from '../../../src/core/health/canaries.js';
import type { Canary, CanaryState, QueueLane } from '../../../src/core/health/ports.js';

/** A book of one queue, as a test says it stands. */
function bookOf(state: { waitingMs: number | null; due: boolean }) {
  return {
    send: (queues: readonly QueueLane[]): Promise<Canary[]> =>
      Promise.resolve(state.due ? queues.map((queue) => ({ queue, sentAt: '2026-01-01' })) : []),
    seen: () => Promise.resolve(),
    states: (): Promise<CanaryState[]> =>
      Promise.resolve([
        { queue: 'live', sinceSentMs: 0, sinceSeenMs: null, delayMs: null, waitingMs: state.waitingMs },
      ]),
  };
}

function rounds(add: (canary: Canary) => Promise<void> = () => Promise.resolve()) {
  const state = { waitingMs: null as number | null, due: true };
  const told: string[] = [];
  const round = createCanaryRound(bookOf(state), ['live'], add, {
    missing: (queue, waitingMs) => told.push(`missing ${queue} ${waitingMs}`),
    back: (queue) => told.push(`back ${queue}`),
  });
  return { state, told, round };
}

describe('a round of canaries', () => {
  it('puts those that are due into their queues', async () => {
    const added: Canary[] = [];
    const { state, round } = rounds((canary) => Promise.resolve(void added.push(canary)));
    await round();
    state.due = false;
    await round();
    expect(added).toEqual([{ queue: 'live', sentAt: '2026-01-01' }]);
  });

  it('says once that one stays away for two minutes, and once that it is back', async () => {
    const { state, told, round } = rounds();
    for (const waitingMs of [null, 119_000, 120_001, 150_000, 30_000, null, null]) {
      state.waitingMs = waitingMs;
      await round();
    }
    expect(told).toEqual(['missing live 120001', 'back live']);
  });

  it('looks after those that are away although the queue takes no more', async () => {
    const { state, told, round } = rounds(() => Promise.reject(new Error('the queue is away')));
    state.waitingMs = 130_000;
    await expect(round()).rejects.toThrow('the queue is away');
    expect(told).toEqual(['missing live 130000']);
  });
});
