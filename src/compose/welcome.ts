import path from 'node:path';
import type { Environment } from '../config/environment.js';
import type { Places } from './children.js';
import type { Credentials } from './credentials.js';

/** Says where everything is and how to try it, once all of it is up. */
export function welcome(environment: Environment, places: Places, credentials: Credentials | null): void {
  const baseUrl = `http://${environment.host}:${places.port}`;
  const lines = [`Interline is ready.`, `  API        ${baseUrl}`, `  reference  ${baseUrl}/docs`];
  if (places.sandboxUrl !== null) lines.push(`  suppliers  ${places.sandboxUrl}/_control/schemes (simulated)`);
  if (credentials !== null) {
    lines.push(
      `  keys       ${path.join(environment.dataDir, 'credentials.json')}`,
      `             platform        ${credentials.platformKey}`,
      `             other platform  ${credentials.otherPlatformKey}`,
      `             support         ${credentials.supportKey}`,
      `             administration  ${credentials.adminKey}`,
      `Try it:`,
      `  curl -s ${baseUrl}/v1/schemes -H 'Authorization: Bearer ${credentials.platformKey}'`,
    );
  }
  lines.push('Ctrl-C stops it; the next start finds the same data.');
  process.stdout.write(`${lines.join('\n')}\n`);
}
