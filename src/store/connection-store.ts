import type { ConnectionFacts, ConnectionStore, StoredConnection } from '../core/supplier/ports.js';
import { camel } from './camel.js';
import { CONNECTIONS_SUBJECT, OPERATOR } from './operator.js';
import type { Pools } from './pools.js';

export function createConnectionStore({ relay }: Pools): ConnectionStore {
  return {
    get: async (connectionId) => {
      const found = await relay.query<Record<string, unknown>>({
        name: 'read-connection',
        text: `SELECT c.id, c.scheme, c.tenant_id, c.state, c.settings, c.secrets, c.timing, c.version, k.wrapped AS wrapped_key, k.version AS key_version
          FROM connection c CROSS JOIN LATERAL (
            SELECT wrapped, version FROM data_key
            WHERE tenant_id = $2 AND subject_id = $3 AND wrapped IS NOT NULL
              AND version = get_byte(c.secrets, 1) * 256 + get_byte(c.secrets, 2)
          ) k
          WHERE c.id = $1`,
        values: [connectionId, OPERATOR, CONNECTIONS_SUBJECT],
      });
      return found.rows[0] === undefined ? null : (camel(found.rows[0]) as StoredConnection);
    },
    all: async () => {
      const found = await relay.query<Record<string, unknown>>(
        'SELECT id, scheme, tenant_id, state FROM connection ORDER BY id',
      );
      return found.rows.map((row) => camel(row) as ConnectionFacts);
    },
  };
}
