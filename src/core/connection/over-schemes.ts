import type { Scheme } from '../../spec/scheme.js';
import type { ConnectionStore } from '../supplier/ports.js';

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
      return { ...stored, settings: { ...schemes.get(stored.scheme)?.settings, ...stored.settings } };
    },
  };
}
