import { fromRoot } from '../config/paths.js';
import { masterKeyFromBytes, rolePassword } from '../privacy/master-key.js';
import { migrateQueue } from '../queue/migrate-queue.js';
import { migrateStore } from '../store/migrate.js';

/** Brings a database up to this version: roles, tables, the queue's schema. `ownerUrl` is used for this and nothing else. */
export async function migrate(options: { readonly ownerUrl: string; readonly masterKey: Buffer }): Promise<void> {
  const master = masterKeyFromBytes(options.masterKey);
  await migrateStore({
    ownerUrl: options.ownerUrl,
    dir: fromRoot('src', 'store', 'migrations'),
    passwords: {
      app: rolePassword(master, 'app'),
      relay: rolePassword(master, 'relay'),
      queue: rolePassword(master, 'queue'),
    },
    also: migrateQueue,
  });
}
