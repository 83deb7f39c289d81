import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBackend } from '../../src/queue/backend.js';
import { eventually } from '../support/eventually.js';
import { type TestPlace, testPlaces } from './queue-places.js';

describe.each(testPlaces())('a queue on $queue', ({ open }) => {
  let at: TestPlace;
  beforeAll(async () => {
    at = await open();
  });
  afterAll(() => at.close());

  it('that is closed, as after a failure, leaves no connection behind', async () => {
    const backend = openBackend(at.place);
    for (let round = 0; round < 3; round += 1) {
      const queue = backend.queue('live');
      queue.on('error', () => undefined);
      await queue.waitUntilReady();
      expect(await at.connections()).toBeGreaterThan(0);
      await queue.close();
      await eventually(
        () => at.connections(),
        (count) => count === 0,
      );
    }
    backend.close();
  });
});
