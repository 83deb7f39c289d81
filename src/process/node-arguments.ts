import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * The arguments for Node itself that a child running `module` needs: ours without the debugger's (two processes cannot share its port),
 * and the TypeScript loader when the module is a source file and ours was loaded in another way.
 */
export function nodeArguments(module: string, own: readonly string[] = process.execArgv): string[] {
  const kept = own.filter((argument) => !argument.startsWith('--inspect'));
  if (!module.endsWith('.ts') || kept.some((argument) => argument.includes('tsx'))) return kept;
  // By its full address: the child's working directory need not be the package.
  return [...kept, '--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
