import { DateTime } from 'luxon';
import type { AnyAdapter } from '../../spec/adapter.js';
import type { Scheme } from '../../spec/scheme.js';
import { Problem } from '../problem.js';
import type { ConnectionFacts, Suppliers } from '../supplier/ports.js';
import { schemeView } from './scheme-view.js';
import type { Schemes, SchemeView } from './schemes.js';

export interface SchemesDeps {
  readonly schemes: ReadonlyMap<string, Scheme>;
  readonly adapterFor: (scheme: Scheme) => AnyAdapter;
  readonly suppliers: Pick<Suppliers, 'connectionFor'>;
  /** Connections whose calls fail so often that they are held back. */
  readonly degraded: () => Promise<ReadonlySet<string>>;
}

/** Schemes as a tenant sees them: what they can do, and whether there is a connection to use. */
export function createSchemes({ schemes, adapterFor, suppliers, degraded }: SchemesDeps): Schemes {
  const view = async (tenantId: string, scheme: Scheme, held: ReadonlySet<string>): Promise<SchemeView> => {
    const connection = await suppliers.connectionFor(tenantId, scheme.id);
    return schemeView(scheme, adapterFor(scheme), healthOf(connection, held), todayIn(scheme.zone, new Date()));
  };
  return {
    list: async (tenantId) => {
      const held = await degraded();
      return Promise.all([...schemes.values()].map((scheme) => view(tenantId, scheme, held)));
    },
    get: async (tenantId, id) => {
      const scheme = schemes.get(id);
      if (scheme === undefined) throw new Problem('NOT_FOUND');
      return view(tenantId, scheme, await degraded());
    },
  };
}

/** The date it is in a scheme's own zone, `YYYY-MM-DD`. */
export function todayIn(zone: string, now: Date): string {
  return DateTime.fromJSDate(now, { zone }).toFormat('yyyy-MM-dd');
}

function healthOf(connection: ConnectionFacts | null, degraded: ReadonlySet<string>): SchemeView['health'] {
  if (connection === null) return 'no-connection';
  if (connection.state !== 'live') return connection.state;
  return degraded.has(connection.id) ? 'degraded' : 'ok';
}
