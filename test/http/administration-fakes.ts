import type { Connections } from '../../src/core/connection/connections.js';
import type { SchemeDesk } from '../../src/core/connection/scheme-desk.js';
import { Problem } from '../../src/core/problem.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { checkView, connectionView, schemeStandingView, standingView } from './administration-views.js';
import type { Note, Once } from './support-fakes.js';

/** Use cases that know one connection. What they are told of secrets is not kept. */
export function fakeConnections(once: Once, note: Note): Connections {
  const known = (id: string) => {
    if (id !== fromTypeId('con', connectionView.id)) throw new Problem('NOT_FOUND');
    return connectionView;
  };
  return {
    create: async (caller, input, request, language) => {
      note('createConnection', { ...input, language });
      return once(caller, request, () => ({
        status: 201,
        contentType: 'application/json',
        body: JSON.stringify(connectionView),
        location: `/v1/admin/connections/${connectionView.id}`,
        replayed: false,
      }));
    },
    get: async (_caller, id) => known(id),
    list: async (_caller, filter, page) => {
      note('listConnections', { filter, page });
      return { items: [connectionView], next: 'bmV4dA' };
    },
    change: async (_caller, id, input, language) => {
      note('changeConnection', { id, ...input, language });
      return known(id);
    },
    check: async (_caller, id, language) => {
      note('checkConnection', { id, language });
      return { ...checkView, connection: known(id) };
    },
  };
}

/** Use cases that know how one scheme stands. */
export function fakeSchemeDesk(once: Once, note: Note): SchemeDesk {
  const known = (scheme: string) => {
    if (scheme !== schemeStandingView.scheme) throw new Problem('NOT_FOUND');
    return schemeStandingView;
  };
  return {
    standing: async (_caller, scheme) => known(scheme),
    act: async (caller, input, request) => {
      note('actOnScheme', input);
      known(input.scheme);
      return once(caller, request, () => ({
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify(standingView),
        replayed: false,
      }));
    },
  };
}
