import { setTimeout as sleep } from 'node:timers/promises';
import { onStop, ready } from '../../../src/process/child.js';

/** A child as the gateway's processes are: works, takes a moment to stop. Or `broken`: ends at once; or `stubborn`: will not stop. */
const [name = '', mode = ''] = process.argv.slice(2);
const say = (line: object): void => console.log(JSON.stringify(line));
if (mode === 'broken') process.exit(78);
if (mode === 'stubborn') process.on('SIGTERM', () => undefined);
else {
  onStop(async () => {
    say({ stopping: name });
    await sleep(50);
    say({ stopped: name });
  });
}
setInterval(() => undefined, 60_000);
ready({ name });
