import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { handleWake } from '../../jobs/wake.js';
import { eventually } from '../support/eventually.js';
import { hints, many, running, slow } from '../core/operation/fake-engine.js';
import { CONNECTION } from '../core/operation/fake-scheme.js';

/** More than any queue hands to one worker at once. */
const WAKE_UPS = 50;

describe('wake-ups of a connection that has no free slot', () => {
  it('end at once, every one, so that the queue goes on to other connections; none of them is lost', async () => {
    const { supplier, answer } = slow();
    const { engine, wake, claims } = running({ supplier, slots: 1, pages: [many(1)] });
    await wake('live', CONNECTION, hints(1));
    const names = Array.from({ length: WAKE_UPS }, (_, index) => `late-${index}`);
    await Promise.all(
      names.map((id) => handleWake(engine, 'live', { connectionId: CONNECTION, hints: [['tenant', id]] })),
    );
    expect(claims).toHaveLength(1);
    answer();
    await nextTurn();
    const named = claims.slice(1).flatMap((claim) => claim.hints.map(({ id }) => id));
    expect(named.sort()).toEqual(names.sort());
    await engine.stop();
  });

  it('that ask for whatever is due are not lost among those that name operations', async () => {
    const { supplier, answer } = slow();
    const { engine, wake, claims } = running({ supplier, slots: 1, pages: [many(1), [], many(1), []] });
    await wake('live', CONNECTION, hints(1));
    engine.wake('live', CONNECTION, hints(1));
    await wake('live', CONNECTION, []);
    answer();
    await nextTurn();
    expect(claims.map((claim) => claim.hints.length)).toEqual([1, 1, 0, 0]);
    await engine.stop();
  });
});

describe('a backlog without an end', () => {
  it('keeps no place in the queue, goes on being handed out, and ends with the process', async () => {
    const claim = async () => nextTurn(many(1));
    const { engine, claims } = running({ claim, slots: 1 });
    await handleWake(engine, 'live', { connectionId: CONNECTION, hints: [] });
    await eventually(
      async () => claims.length,
      (count) => count > WAKE_UPS,
    );
    await engine.stop();
  });
});
