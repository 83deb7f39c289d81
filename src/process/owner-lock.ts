import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity } from './process-identity.js';
import { EXIT, StartRefused } from './start-refused.js';

/** Held until `release`, or until the process ends in whatever way. */
export interface OwnerLock {
  release(): void;
}

/**
 * Makes this process the only owner of a data directory; creates the directory. Throws `StartRefused` while another living process owns it.
 *
 * Every contender creates a file whose name carries its pid, its identity and a nonce, and only then looks for others. Of two
 * contenders at least one therefore sees the other, so two can never both own. A file of a dead process is removed by
 * whoever meets it: its name can never belong to anybody again, so there is no race in that, and a reused pid does not revive it.
 */
export async function acquireOwnerLock(directory: string): Promise<OwnerLock> {
  const mine = claimName();
  const startedAt = performance.now();
  for (;;) {
    createClaim(directory, mine);
    const others = livingClaims(directory).filter((claim) => claim.file !== mine);
    if (others.length === 0) {
      writeFileSync(path.join(directory, mine), OWNS);
      return { release: () => removeClaim(directory, mine) };
    }
    removeClaim(directory, mine);
    const waitedMs = performance.now() - startedAt;
    const other = waitedMs > DYING_MS ? others.find((claim) => claim.owns) : undefined;
    const refusedBy = other ?? (waitedMs > CONTENDING_MS ? others[0] : undefined);
    if (refusedBy !== undefined) throw inUse(directory, refusedBy.pid);
    await sleep(randomInt(5, 60));
  }
}

/** A process that was killed a moment ago still lives while the system takes it down. */
const DYING_MS = 700;
const CONTENDING_MS = 5000;

/** The pid of the living process that owns a data directory; `null` when nobody does. */
export function ownerOf(directory: string): number | null {
  return livingClaims(directory).find((claim) => claim.owns)?.pid ?? null;
}

const OWNS = 'owns\n';
const CLAIM = /^owner-(\d+)-([0-9a-f]{16})-[0-9a-f]{8}\.lock$/;

interface Claim {
  readonly file: string;
  readonly pid: number;
  readonly owns: boolean;
}

function claimName(): string {
  const identity = processIdentity(process.pid)?.id ?? '0'.repeat(16);
  return `owner-${process.pid}-${identity}-${randomBytes(4).toString('hex')}.lock`;
}

function createClaim(directory: string, file: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    closeSync(openSync(path.join(directory, file), 'wx', 0o644));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new StartRefused(
      `cannot write to the data directory ${directory} (${reason}); run as the user it belongs to, or set INTERLINE_DATA_DIR`,
      EXIT.noPermission,
    );
  }
}

function removeClaim(directory: string, file: string): void {
  rmSync(path.join(directory, file), { force: true });
}

function livingClaims(directory: string): Claim[] {
  const claims: Claim[] = [];
  for (const file of namesIn(directory)) {
    const [, pid, identity] = CLAIM.exec(file) ?? [];
    if (pid === undefined) continue;
    if (processIdentity(Number(pid))?.id === identity)
      claims.push({ file, pid: Number(pid), owns: owns(directory, file) });
    else removeClaim(directory, file);
  }
  return claims;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function owns(directory: string, file: string): boolean {
  try {
    return readFileSync(path.join(directory, file), 'utf8') === OWNS;
  } catch {
    return false;
  }
}

function inUse(directory: string, pid: number): StartRefused {
  return new StartRefused(
    `the data directory ${directory} is in use by process ${pid}; stop that one first, or set INTERLINE_DATA_DIR to another directory`,
    EXIT.temporary,
  );
}
