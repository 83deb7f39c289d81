import { describe, expect, it } from '@jest/globals';
import { createHintQueue } from '../../../src/core/operation/hint-queue.js';

const hintsOf = (tenantId: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ tenantId, id: `${tenantId}${index}` }));

describe('hints that wait', () => {
  it('are taken in turns between tenants, each one oldest first', () => {
    const queue = createHintQueue();
    queue.add(hintsOf('a', 4));
    queue.add(hintsOf('b', 1));
    queue.add(hintsOf('c', 2));
    expect(queue.size()).toBe(7);
    expect(queue.take(4).map(({ id }) => id)).toEqual(['a0', 'b0', 'c0', 'a1']);
    queue.add(hintsOf('b', 1));
    expect(queue.take(9).map(({ id }) => id)).toEqual(['c1', 'a2', 'b0', 'a3']);
    expect(queue.take(1)).toEqual([]);
    expect(queue.size()).toBe(0);
  });

  it('are no more than a connection can use soon', () => {
    const queue = createHintQueue();
    queue.add(hintsOf('a', 9_999));
    queue.add(hintsOf('b', 2));
    queue.add(hintsOf('c', 1));
    expect(queue.size()).toBe(10_000);
  });
});
