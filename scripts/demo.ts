import { createClient } from './demo/client.js';
import { startInstance } from './demo/instance.js';
import { bothBooks, type Step, tellStory } from './demo/story.js';
import { table } from './demo/table.js';

/** Runs the whole story against a fresh gateway of its own; exits 0 only when both sides' books agree to the point. */
async function demo(): Promise<number> {
  const from = performance.now();
  console.log('Starting a fresh gateway with simulated suppliers …');
  const instance = await startInstance();
  process.once('SIGINT', () => {
    void instance.stop().then(() => process.exit(130));
  });
  try {
    const client = createClient(instance.credentials);
    const steps: Step[] = [];
    await tellStory(client, (step) => {
      steps.push(step);
      console.log(`  ${steps.length}. ${step.what} at ${step.scheme} … ${step.ms} ms`);
    });
    console.log(
      `\nWhat happened\n${table(
        ['step', 'scheme', 'outcome'],
        steps.map((step) => [step.what, step.scheme, step.outcome]),
      )}`,
    );
    const books = await bothBooks(client);
    const rows = books.map(({ scheme, ours, theirs }) => [
      scheme,
      ours.count,
      ours.points,
      theirs.count,
      theirs.points,
    ]);
    console.log(
      `\nThe books of both sides\n${table(['scheme', 'our postings', 'our points', 'their postings', 'their points'], rows)}`,
    );
    const differing = books.filter(({ ours, theirs }) => ours.count !== theirs.count || ours.points !== theirs.points);
    const verdict =
      differing.length === 0
        ? 'Both sides agree to the point.'
        : `They differ at: ${differing.map(({ scheme }) => scheme).join(', ')}.`;
    console.log(`\n${verdict} ${((performance.now() - from) / 1000).toFixed(1)} s in all.`);
    return differing.length === 0 ? 0 : 1;
  } finally {
    await instance.stop();
  }
}

demo().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
