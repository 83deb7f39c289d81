import { fileURLToPath } from 'node:url';
import { EnvironmentError, readEnvironment } from './environment.js';
import { SchemeFileError } from './engine/scheme-file.js';
import { type Sandbox, startSandbox } from './server.js';

/** EX_CONFIG of sysexits.h: what was given to the process is wrong, starting it again will not help. */
const BAD_CONFIGURATION = 78;
const SCHEMES = fileURLToPath(new URL('../schemes', import.meta.url));

/** The simulated suppliers as a process of their own; it ends with a signal or with the process that started it. */
async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const { schemeDirectories: named } = environment;
  const sandbox = await startSandbox({ ...environment, schemeDirectories: named.length === 0 ? [SCHEMES] : named });
  const stop = stopper(sandbox);
  process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop);
  console.log(`sandbox ready on ${sandbox.url}`);
  // A parent with a channel waits for this; one that has gone meanwhile is no error here.
  process.send?.({ ready: true, url: sandbox.url }, undefined, undefined, () => undefined);
}

function stopper(sandbox: Sandbox): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    sandbox.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('sandbox:', error);
        process.exit(1);
      },
    );
  };
}

main().catch((error: unknown) => {
  console.error(`sandbox: ${error instanceof Error ? error.message : String(error)}`);
  const configuration = error instanceof EnvironmentError || error instanceof SchemeFileError;
  process.exit(configuration ? BAD_CONFIGURATION : 1);
});
