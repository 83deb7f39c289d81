import { Command } from 'commander';
import { ConfigurationError, type Environment, readEnvironment } from '../config/environment.js';
import { EXIT, StartRefused } from '../process/start-refused.js';

/** What a verb is told. `json`: standard output carries one JSON document and nothing else. */
export interface VerbContext {
  readonly environment: Environment;
  readonly json: boolean;
}

export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** A command line and what it is good for. */
  readonly example: { readonly command: string; readonly purpose: string };
  /** The exit code; throws for a failure that has no output of its own. */
  readonly act: (context: VerbContext) => Promise<number>;
}

/** The command of a verb: its help with an example, `--json`, and one line on standard error for whatever goes wrong. */
export function commandOf(verb: Verb): Command {
  return new Command(verb.name)
    .summary(verb.summary)
    .description(verb.description)
    .option('--json', 'print one JSON document for programs instead of text for people')
    .addHelpText('after', `\nExample:\n  # ${verb.example.purpose}\n  ${verb.example.command}`)
    .action(async (options: { json?: boolean }) => {
      const json = options.json === true;
      try {
        process.exitCode = await verb.act({ environment: readEnvironment(process.env), json });
      } catch (error) {
        process.exitCode = report(error, json);
      }
    });
}

function report(error: unknown, json: boolean): number {
  const exitCode = exitCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replaceAll(/\s*\n\s*/g, ' ');
  if (json) process.stdout.write(`${JSON.stringify({ error: line, exitCode })}\n`);
  process.stderr.write(`interline: ${line}\n`);
  const detailed = ['trace', 'debug'].includes(process.env['LOG_LEVEL'] ?? '');
  if (detailed && error instanceof Error && error.stack !== undefined) process.stderr.write(`${error.stack}\n`);
  return exitCode;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigurationError) return EXIT.configuration;
  return error instanceof StartRefused ? error.exitCode : 1;
}
