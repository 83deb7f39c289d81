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
}

/** Schemes as a tenant sees them: what they can do, and whether there is a connection to use. */
export function createSchemes({ schemes, adapterFor, suppliers }: SchemesDeps): Schemes {
  const view = async (tenantId: string, scheme: Scheme): Promise<SchemeView> => {
    const connection = await suppliers.connectionFor(tenantId, scheme.id);
    return schemeView(scheme, adapterFor(scheme), healthOf(connection), todayIn(scheme.zone, new Date()));
  };
  return {
    list: (tenantId) => Promise.all([...schemes.values()].map((scheme) => view(tenantId, scheme))),
    get: async (tenantId, id) => {
      const scheme = schemes.get(id);
      if (scheme === undefined) throw new Problem('NOT_FOUND');
      return view(tenantId, scheme);
    },
  };
}

/** The date it is in a scheme's own zone, `YYYY-MM-DD`. */
export function todayIn(zone: string, now: Date): string {
  return DateTime.fromJSDate(now, { zone }).toFormat('yyyy-MM-dd');
}

function healthOf(connection: ConnectionFacts | null): SchemeView['health'] {
  if (connection === null) return 'no-connection';
  return connection.state === 'live' ? 'ok' : connection.state;
}
