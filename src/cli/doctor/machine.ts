import { existsSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { adapterFor } from '../../../adapters/index.js';
import type { Environment } from '../../config/environment.js';
import { loadSchemes } from '../../config/schemes.js';
import { masterKeyFile, readMasterKey } from '../../process/master-key.js';
import { failed, type Finding, passed, reasonOf } from './finding.js';

/** Whether this Node is one Interline runs on. */
export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return passed('node', version);
  return failed('node', version, 'use Node 20.19 or newer');
}

export function checkMasterKey({ masterKey, dataDir }: Environment): Finding {
  if (masterKey !== null) return passed('master key', 'given by INTERLINE_MASTER_KEY');
  const file = masterKeyFile(dataDir);
  try {
    if (readMasterKey(dataDir) === null) return passed('master key', 'none yet; the first start makes one');
  } catch (error) {
    return failed('master key', reasonOf(error), 'everything sealed with a lost master key is lost: restore it');
  }
  if ((statSync(file).mode & 0o077) !== 0)
    return failed('master key', `${file} can be read by others`, `chmod 600 ${file}`);
  return passed('master key', file);
}

/** Every scheme has to load and to name an adapter there is. */
export function checkSchemes({ schemeDirectories }: Pick<Environment, 'schemeDirectories'>): Finding {
  try {
    const schemes = loadSchemes(...schemeDirectories);
    for (const scheme of schemes) adapterFor(scheme);
    if (schemes.length === 0)
      return failed('schemes', `none in ${schemeDirectories.join(', ')}`, 'restore them, or correct INTERLINE_SCHEMES');
    return passed('schemes', schemes.map(({ id }) => id).join(', '));
  } catch (error) {
    return failed('schemes', reasonOf(error), 'correct that file');
  }
}

const GIB = 2 ** 30;

/** The disk below the data directory, or below the place where it would be made. */
export function checkDisk({ dataDir }: Pick<Environment, 'dataDir'>, leastBytes = GIB): Finding {
  const { bavail, bsize } = statfsSync(nearestExisting(dataDir));
  const free = bavail * bsize;
  const detail = `${(free / GIB).toFixed(1)} GiB free at ${dataDir}`;
  if (free >= leastBytes) return passed('disk', detail);
  return failed('disk', detail, `keep at least ${(leastBytes / GIB).toFixed(1)} GiB free`);
}

function nearestExisting(file: string): string {
  return existsSync(file) ? file : nearestExisting(path.dirname(file));
}
