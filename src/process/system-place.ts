import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { EXIT, StartRefused } from './start-refused.js';

const SYSTEM_PLACE = '/var/lib/interline';

/**
 * Where root keeps what PostgreSQL's own account must reach when the data directory or the checkout lies below a closed home.
 * Root's own and writable by nobody else, so that no other user can slip programs in. Throws `StartRefused` where it cannot be made.
 */
export function systemPlace(): string {
  try {
    mkdirSync(SYSTEM_PLACE, { recursive: true });
    const { uid } = lstatSync(SYSTEM_PLACE);
    if (uid !== 0) throw new Error(`it belongs to user ${uid}`);
    chmodSync(SYSTEM_PLACE, 0o755);
    return SYSTEM_PLACE;
  } catch (error) {
    throw new StartRefused(
      `PostgreSQL cannot run as root, its own user cannot reach this directory, and ${SYSTEM_PLACE} cannot be used ` +
        `(${error instanceof Error ? error.message : String(error)}); run as another user, or set DATABASE_URL`,
      EXIT.noPermission,
    );
  }
}
