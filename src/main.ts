/** The composition root as programs and the command line see it. */
export { start } from './compose/start.js';
export { migrate } from './compose/migrate.js';
