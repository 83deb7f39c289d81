import type { Scheme } from '../../spec/scheme.js';
import type { ConnectionStore, StoredConnection } from '../supplier/ports.js';

/**
 * Connections as their adapters are configured: the settings of a connection over those of its scheme, so that a scheme's file that
 * changes is felt by every connection that does not say otherwise.
 */
export function overSchemes(store: ConnectionStore, schemes: ReadonlyMap<string, Scheme>): ConnectionStore {
  return {
    ...store,
    get: async (connectionId) => {
      const stored = await store.get(connectionId);
      if (stored === null) return null;
      return overScheme(stored, schemes);
    },
  };
}

/** One connection as its adapter is configured. */
export function overScheme<T extends Pick<StoredConnection, 'scheme' | 'settings'>>(
  connection: T,
  schemes: ReadonlyMap<string, Scheme>,
): T {
  return { ...connection, settings: { ...schemes.get(connection.scheme)?.settings, ...connection.settings } };
}
