import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../config/environment.js';
import { EXIT, StartRefused } from './start-refused.js';

/** Where development keeps its master key. */
export function masterKeyFile(dataDir: string): string {
  return path.join(dataDir, 'master-key');
}

/**
 * The 32 bytes that wrap every other key: from the environment, else from the data directory, where the first start makes one with
 * mode 0600. Throws `StartRefused` for a file that holds no such key: a new one would make everything sealed so far unreadable.
 */
export function masterKeyOf({ masterKey, dataDir }: Pick<Environment, 'masterKey' | 'dataDir'>): Buffer {
  return masterKey ?? readMasterKey(dataDir) ?? createMasterKey(dataDir);
}

/** The key in the data directory; `null` when there is none yet. */
export function readMasterKey(dataDir: string): Buffer | null {
  const file = masterKeyFile(dataDir);
  if (!existsSync(file)) return null;
  // Windows has no such bits; there the file takes the rights of the user's own directory.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new StartRefused(
      `${file} may be read by other users: chmod 600 it, or make a new key if it was exposed`,
      EXIT.configuration,
    );
  }
  const key = Buffer.from(readable(file), 'base64');
  if (key.length === 32) return key;
  throw new StartRefused(`${file} does not hold 32 bytes in base64; restore it from a backup`, EXIT.configuration);
}

/** Written under another name and linked, so that it is never seen half written, and of two makers the first one counts. */
function createMasterKey(dataDir: string): Buffer {
  const key = randomBytes(32);
  const draft = `${masterKeyFile(dataDir)}.${randomBytes(4).toString('hex')}`;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(draft, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, masterKeyFile(dataDir));
    return key;
  } catch (error) {
    const made = readMasterKey(dataDir);
    if (made === null) throw error;
    return made;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readable(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new StartRefused(`${file} cannot be read (${reason}); run as the user it belongs to`, EXIT.noPermission);
  }
}
