import { acquireOwnerLock } from '../../../src/process/owner-lock.js';

/** Tries to own a directory, says whether it does, and if so keeps it until it is ended. */
const [directory = ''] = process.argv.slice(2);
try {
  await acquireOwnerLock(directory);
  console.log(JSON.stringify({ owns: true }));
  setInterval(() => undefined, 60_000);
} catch (error) {
  console.log(JSON.stringify({ owns: false, message: (error as Error).message }));
}
