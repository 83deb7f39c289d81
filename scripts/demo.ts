import { bothBooks, type BothSides, differs } from './demo/books.js';
import { createClient } from './demo/client.js';
import { startInstance } from './demo/instance.js';
import type { Finding } from './demo/reconciling.js';
import type { Step } from './demo/stage.js';
import { tellStory } from './demo/story.js';
import { table } from './demo/table.js';

/** Runs the whole story against a fresh gateway of its own; exits 0 only when both sides' books agree and no break is open. */
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
    const findings = await tellStory(client, (step) => {
      steps.push(step);
      console.log(`  ${steps.length}. ${step.what} at ${step.scheme} … ${step.ms} ms`);
    });
    const books = await bothBooks(client);
    console.log(`\nWhat happened\n${happened(steps)}`);
    console.log(
      `\nWhat the night found: planted in the suppliers' accounts of the day, not in their books\n${found(findings)}`,
    );
    console.log(`\nThe books of both sides, points signed from the member\n${sideBySide(books)}`);
    const wrong = [
      ...books.filter(differs).map(({ scheme, kind }) => `${kind} at ${scheme} differ`),
      ...findings.filter(({ ended }) => ended.state === 'open').map(({ ended }) => `${ended.id} is still open`),
    ];
    const verdict = wrong.length === 0 ? 'Both sides agree to the point and no break is open.' : `${wrong.join('; ')}.`;
    console.log(`\n${verdict} ${((performance.now() - from) / 1000).toFixed(1)} s in all.`);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await instance.stop();
  }
}

function happened(steps: readonly Step[]): string {
  return table(
    ['step', 'scheme', 'outcome'],
    steps.map(({ what, scheme, outcome }) => [what, scheme, outcome]),
  );
}

function found(findings: readonly Finding[]): string {
  const rows = findings.map(({ found: one, ended }) => [
    one.scheme,
    one.kind,
    one.ours?.points ?? 'none',
    one.theirs?.points ?? 'none',
    ended.state,
    one.message,
  ]);
  return table(['scheme', 'break', 'ours', 'theirs', 'in the end', 'reason'], rows);
}

function sideBySide(books: readonly BothSides[]): string {
  const rows = books.map(({ scheme, kind, ours, theirs }) => [
    scheme,
    kind,
    ours.count,
    ours.points,
    theirs.count,
    theirs.points,
  ]);
  return table(['scheme', 'kind', 'our postings', 'our points', 'their postings', 'their points'], rows);
}

demo().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
