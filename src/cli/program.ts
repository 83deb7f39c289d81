import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { fromRoot } from '../config/paths.js';
import { doctor } from './doctor.js';
import { migrate } from './migrate.js';
import { reconcile } from './reconcile.js';
import { resync } from './resync.js';
import { schemes } from './schemes.js';
import { start } from './start.js';
import { commandOf } from './verb.js';

/** Runs the command line `argv` (as `process.argv`); sets the process's exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('interline')
    .description('One API in front of every airline, hotel group and railway loyalty scheme.')
    .version(version())
    .addHelpText(
      'after',
      '\nExample:\n  interline start\n\nThe environment is described in docs/running-in-production.md.',
    );
  for (const verb of [start, migrate, doctor, schemes, reconcile, resync]) program.addCommand(commandOf(verb));
  await program.parseAsync(argv);
}

function version(): string {
  const manifest = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
