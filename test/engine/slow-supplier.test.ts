import { describe, expect, it } from '@jest/globals';
import { hints, many, running, slow } from '../core/operation/fake-engine.js';
import { CONNECTION } from '../core/operation/fake-scheme.js';
import { eventually } from '../support/eventually.js';

/** More than any queue hands to one worker at once. */
const WAKE_UPS = 50;

describe('wake-ups of a connection that has no free slot', () => {
  it('end at once, all but the one that waits for them all, so that the queue goes on to other connections', async () => {
    const { supplier, answer } = slow();
    const { engine, claims } = running({ supplier, slots: 1, pages: [many(1)] });
    await engine.wake('live', CONNECTION, hints(1));
    let waiting = 0;
    const woken = Array.from({ length: WAKE_UPS }, async (_, index) => {
      waiting += 1;
      await engine.wake('live', CONNECTION, [{ tenantId: 'tenant', id: `late-${index}` }]);
      waiting -= 1;
    });
    await eventually(
      async () => waiting,
      (left) => left === 1,
    );
    answer();
    await Promise.all(woken);
    const named = claims.slice(1).flatMap((claim) => claim.hints.map(({ id }) => id));
    expect(named.sort()).toEqual(Array.from({ length: WAKE_UPS }, (_, index) => `late-${index}`).sort());
    await engine.stop();
  });

  it('that ask for whatever is due are not lost among those that name operations', async () => {
    const { supplier, answer } = slow();
    const { engine, claims } = running({ supplier, slots: 1, pages: [many(1), [], many(1), []] });
    await engine.wake('live', CONNECTION, hints(1));
    const named = engine.wake('live', CONNECTION, hints(1));
    const due = engine.wake('live', CONNECTION, []);
    answer();
    await Promise.all([named, due]);
    expect(claims.map((claim) => claim.hints.length)).toEqual([1, 1, 0, 0]);
    await engine.stop();
  });
});
