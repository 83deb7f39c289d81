import { expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { fewAtATime } from '../../../src/core/few-at-a-time.js';

it('works on all of them in order, so many at once and no more', async () => {
  const begun: number[] = [];
  let [now, most] = [0, 0];
  await fewAtATime([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    begun.push(item);
    now += 1;
    most = Math.max(most, now);
    await turn();
    now -= 1;
  });
  expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect([most, now]).toEqual([3, 0]);
});

it('has nothing under way any more when it tells of an error', async () => {
  let now = 0;
  const work = fewAtATime([1, 2, 3], 2, async (item) => {
    now += 1;
    await turn();
    await turn();
    now -= 1;
    if (item === 1) throw new Error('one');
  });
  await expect(work).rejects.toThrow('one');
  expect(now).toBe(0);
});

it('is done at once with nothing', async () => {
  await fewAtATime([], 4, () => Promise.reject(new Error('never')));
});
