import { Worker } from 'node:worker_threads';
import type { Asked } from './options.js';
import type { Done, Portion } from './thread.js';

const PORTION = 25;

/** Has all seeds run, a portion at a time; stops handing out at the first that breaks something. */
export async function runAll(asked: Asked, onDone: (done: Done) => void): Promise<void> {
  const { from, seeds, steps, planted, threads } = asked;
  const options = { steps, ...(planted === undefined ? {} : { planted }) };
  let next = from;
  let stopped = false;
  const portion = (): Portion | null => {
    if (stopped || next >= from + seeds) return null;
    const count = Math.min(PORTION, from + seeds - next);
    const taken = Array.from({ length: count }, (_, index) => next + index);
    next += count;
    return { seeds: taken, options };
  };
  const portions = Math.ceil(seeds / PORTION);
  await Promise.all(
    Array.from({ length: Math.min(threads, portions) }, () =>
      work(portion, (done) => {
        stopped ||= done.unlike !== null || done.outcomes.some(({ broken }) => broken !== null);
        onDone(done);
      }),
    ),
  );
}

/** One thread, until there is nothing more for it. */
function work(next: () => Portion | null, onDone: (done: Done) => void): Promise<void> {
  const worker = new Worker(new URL('./thread.mjs', import.meta.url));
  return new Promise((resolve, reject) => {
    const handOut = (): void => {
      const portion = next();
      if (portion !== null) worker.postMessage(portion);
      else void worker.terminate().then(() => resolve(), reject);
    };
    worker.on('error', reject);
    worker.on('message', (done: Done) => {
      onDone(done);
      handOut();
    });
    handOut();
  });
}
