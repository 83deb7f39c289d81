import { fileURLToPath } from 'node:url';
import { supervise } from '../../../src/process/supervisor.js';

/** Supervises one child per argument, `name:stage:mode`, and prints what happens. */
const module = fileURLToPath(new URL('child.ts', import.meta.url));
const specs = process.argv.slice(2).map((text) => {
  const [name = '', stage = '0', mode = ''] = text.split(':');
  return { name, module, args: [name, mode], stopStage: Number(stage), graceMs: mode === 'stubborn' ? 200 : 10_000 };
});
const say = (line: object): void => console.log(JSON.stringify(line));
const supervisor = supervise(specs, {
  log: say,
  afterStop: () => {
    say({ afterStop: true });
    return Promise.resolve();
  },
});
supervisor.ready.then(
  (messages) => say({ allReady: Object.fromEntries(messages) }),
  (error: unknown) => say({ failed: (error as Error).message }),
);
process.exitCode = await supervisor.stopped;
