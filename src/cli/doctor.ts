import type { Environment } from '../config/environment.js';
import { checkDatabase } from './doctor/database.js';
import type { Finding } from './doctor/finding.js';
import { checkDisk, checkMasterKey, checkNode, checkSchemes } from './doctor/machine.js';
import { checkQueue } from './doctor/queue.js';
import type { Verb } from './verb.js';

/** `interline doctor`. */
export const doctor: Verb = {
  name: 'doctor',
  summary: 'check what the gateway stands on',
  description:
    'Checks the database and its schema, the clock, the queue and how Redis keeps it, the master key, the schemes and the disk, ' +
    'and of a gateway at work the canaries of its queues, incidents, the outbox and what is overdue. ' +
    'Exits 1 when a check fails, each with what to do about it. Changes nothing.',
  example: { command: 'interline doctor && interline start', purpose: 'start only where everything is in order' },
  act: async ({ environment, json }) => {
    const findings = await examine(environment);
    const ok = findings.every((finding) => finding.ok);
    console.log(json ? JSON.stringify({ ok, checks: findings }, null, 2) : findings.map(asLine).join('\n'));
    return ok ? 0 : 1;
  },
};

async function examine(environment: Environment): Promise<Finding[]> {
  return [
    checkNode(),
    ...(await checkDatabase(environment)),
    ...(await checkQueue(environment)),
    checkMasterKey(environment),
    checkSchemes(environment),
    checkDisk(environment),
  ];
}

function asLine(finding: Finding): string {
  const line = `${finding.ok ? 'ok  ' : 'fail'}  ${finding.check.padEnd(14)}  ${finding.detail}`;
  return finding.ok ? line : `${line}: ${finding.advice}`;
}
