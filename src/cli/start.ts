import { compositionRoot } from './composition.js';
import type { Verb } from './verb.js';

/** `interline start`. */
export const start: Verb = {
  name: 'start',
  summary: 'run the gateway',
  description:
    'Runs the gateway until Ctrl-C: the database when DATABASE_URL names none, the migrations, the simulated suppliers ' +
    'unless INTERLINE_SANDBOX=off, and the processes of INTERLINE_ROLES.',
  example: { command: 'PORT=9000 interline start', purpose: 'everything on this machine, the API on port 9000' },
  act: async ({ environment, json }) => {
    const { start: run } = await compositionRoot();
    await run(environment, { json });
    return Number(process.exitCode ?? 0);
  },
};
