import { Command } from 'commander';
import { ConfigurationError, type Environment, readEnvironment } from '../config/environment.js';
import { EXIT, StartRefused } from '../process/start-refused.js';

/** What a verb is told. `json`: standard output carries one JSON document and nothing else. */
export interface VerbContext {
  readonly environment: Environment;
  readonly json: boolean;
  /** What stands after the verb, by the names that it declares. */
  readonly given: Given;
}

/**
 * Texts by the names of arguments and options (`dryRun` of `--dry-run`), lists of those that may be repeated, `true`
 * for flags.
 */
export type Given = Readonly<Record<string, string | readonly string[] | true | undefined>>;

export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** A command line and what it is good for. */
  readonly example: { readonly command: string; readonly purpose: string };
  readonly arguments?: readonly { readonly name: string; readonly description: string }[];
  /** `flags` as commander writes them: `--from <time>`, `--operation <id...>`. */
  readonly options?: readonly {
    readonly flags: string;
    readonly description: string;
    readonly presence?: 'required';
  }[];
  /** The exit code when it could not do what it is for; a verb whose 1 means something else says another. */
  readonly failure?: number;
  /** The exit code; throws for a failure that has no output of its own. */
  readonly act: (context: VerbContext) => Promise<number>;
}

/**
 * The command of a verb: its help with an example, `--json`, and one line on standard error for whatever goes wrong.
 */
export function commandOf(verb: Verb): Command {
  const { failure = 1 } = verb;
  const command = new Command(verb.name).summary(verb.summary).description(verb.description);
  for (const { name, description } of verb.arguments ?? []) command.argument(`<${name}>`, description);
  for (const { flags, description, presence } of verb.options ?? []) {
    if (presence === 'required') command.requiredOption(flags, description);
    else command.option(flags, description);
  }
  return command
    .option('--json', 'print one JSON document for programs instead of text for people')
    .addHelpText('after', `\nExample:\n  # ${verb.example.purpose}\n  ${verb.example.command}`)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : failure))
    .action(async () => {
      const { json, ...options } = command.opts<{ json?: true } & Given>();
      const named = Object.fromEntries((verb.arguments ?? []).map(({ name }, n) => [name, command.args[n]]));
      try {
        const environment = readEnvironment(process.env);
        process.exitCode = await verb.act({ environment, json: json === true, given: { ...options, ...named } });
      } catch (error) {
        process.exitCode = report(error, json === true, failure);
      }
    });
}

function report(error: unknown, json: boolean, failure: number): number {
  const exitCode = exitCodeOf(error, failure);
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replaceAll(/\s*\n\s*/g, ' ');
  if (json) process.stdout.write(`${JSON.stringify({ error: line, exitCode })}\n`);
  process.stderr.write(`interline: ${line}\n`);
  const detailed = ['trace', 'debug'].includes(process.env['LOG_LEVEL'] ?? '');
  if (detailed && error instanceof Error && error.stack !== undefined) process.stderr.write(`${error.stack}\n`);
  return exitCode;
}

function exitCodeOf(error: unknown, failure: number): number {
  if (error instanceof ConfigurationError) return EXIT.configuration;
  return error instanceof StartRefused ? error.exitCode : failure;
}
