import { pathToFileURL } from 'node:url';
import type { Environment } from '../config/environment.js';
import { moduleFile } from '../config/paths.js';

/** The composition root's way in. */
interface CompositionRoot {
  /** Resolves when the gateway has stopped. `json`: what the start has to say goes out as one JSON document. */
  readonly start: (environment: Environment, options: { readonly json: boolean }) => Promise<void>;
}

/** Loaded only by the verb that needs it: `--help` and `doctor` should not wait for the whole gateway. */
export async function compositionRoot(): Promise<CompositionRoot> {
  return (await import(pathToFileURL(moduleFile('src/main.ts')).href)) as CompositionRoot;
}
