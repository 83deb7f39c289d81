import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A process as the system knows it. `id` is of this very process: another one that is later given the same pid has another. */
export interface ProcessIdentity {
  readonly id: string;
  readonly command: string;
}

/** The living process with this pid; `null` when there is none (a zombie has ended). */
export function processIdentity(pid: number): ProcessIdentity | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** proc(5): the command stands in parentheses and may hold any character; the state follows it, the start time is field 22. */
function fromProc(pid: number): ProcessIdentity | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  const boot = readOrNull('/proc/sys/kernel/random/boot_id') ?? '';
  return { id: digest(`${boot.trim()} ${fields[19] ?? ''}`), command: stat.slice(stat.indexOf('(') + 1, end) };
}

/** Elsewhere `ps` tells: the start time in its fixed form, then the command. */
function fromPs(pid: number): ProcessIdentity | null {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=,comm=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [state, ...words] = line.trim().split(/\s+/);
    if (state === undefined || state.startsWith('Z')) return null;
    const command = words.slice(5).join(' ');
    return { id: digest(words.slice(0, 5).join(' ')), command: command.slice(command.lastIndexOf('/') + 1) };
  } catch {
    return null;
  }
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
