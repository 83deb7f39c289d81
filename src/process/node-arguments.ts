import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * The arguments for Node itself that a child running `module` needs: ours without the debugger's (two processes cannot share its port).
 * A source file has the TypeScript loader with it, also when ours was loaded in another way; a compiled one starts without, and sooner.
 */
export function nodeArguments(module: string, own: readonly string[] = process.execArgv): string[] {
  const kept = withoutLoader(own).filter((argument) => !argument.startsWith('--inspect'));
  if (!module.endsWith('.ts')) return kept;
  // By its full address: the child's working directory need not be the package.
  return [...kept, '--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}

const LOADER = /(^|[/=])tsx(\/|$)/;

function withoutLoader(args: readonly string[]): string[] {
  return args.filter((argument, index) => {
    const [before, after] = [args[index - 1], args[index + 1]];
    const named = argument === '--import' && after !== undefined && LOADER.test(after);
    const name = before === '--import' && LOADER.test(argument);
    return !named && !name && !(argument.startsWith('--import=') && LOADER.test(argument));
  });
}
