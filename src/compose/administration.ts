import { adapterFor } from '../../adapters/index.js';
import { limitsOf } from '../config/timing.js';
import { type Backlog, createBacklog } from '../core/connection/backlog.js';
import type { Connections } from '../core/connection/connections.js';
import type { SchemeReads, Strongbox, TryOut } from '../core/connection/ports.js';
import type { SchemeDesk } from '../core/connection/scheme-desk.js';
import { createSchemeDesk } from '../core/connection/scheme-desk-use-cases.js';
import { createConnections } from '../core/connection/use-cases.js';
import { mintConnectionsKey, sealConnectionSecrets } from '../privacy/connection-secrets.js';
import { createConnectionDesk } from '../store/connection-desk.js';
import { createSchemeReads } from '../store/connection-reads.js';
import type { Parts } from './parts.js';

/** Connections as people see and change them, and how much may wait for each. */
export interface Administration {
  readonly connections: Connections;
  readonly schemeDesk: SchemeDesk;
  readonly backlog: Backlog;
  readonly reads: SchemeReads;
}

export function openAdministration(parts: Parts): Administration {
  const { pools, relay, schemes, refuseMemberNumbers: refuse, failed } = parts;
  const desk = createConnectionDesk(pools, relay.nudge);
  const reads = createSchemeReads(pools);
  return {
    reads,
    connections: createConnections({
      desk,
      schemes,
      adapterFor,
      strongbox: strongboxOf(parts),
      tryOut: tryOutOf(parts),
      refuse,
      onError: failed('connection check'),
    }),
    schemeDesk: createSchemeDesk({ desk, reads, schemes, limitsOf, refuse }),
    backlog: createBacklog({
      limits: async (connectionId) => {
        // Also of one that cannot be opened: nothing of it is sent then, and more comes all the while.
        const row = await desk.get(connectionId);
        const scheme = row === null ? undefined : schemes.get(row.scheme);
        if (row === null || scheme === undefined) throw new Error(`no scheme is known of connection ${connectionId}`);
        return limitsOf(scheme, row.timing);
      },
      waiting: (connectionId, atMost) => reads.waiting(connectionId, atMost),
      nowMs: () => performance.now(),
      onError: failed('backlog'),
    }),
  };
}

function strongboxOf({ master, connections, openSecrets }: Parts): Strongbox {
  return {
    mint: () => mintConnectionsKey(master),
    seal: (key, connectionId, secrets) => sealConnectionSecrets(master, key, connectionId, secrets),
    open: async (connectionId) => {
      const stored = await connections.get(connectionId);
      return stored === null ? null : openSecrets(stored);
    },
  };
}

/** The candidate stands where a stored connection would; nothing of it outlives the trial. */
function tryOutOf({ suppliersOver }: Parts): TryOut {
  return async ({ secrets, ...candidate }, work) => {
    const sealed = { secrets: Buffer.alloc(0), wrappedKey: Buffer.alloc(0), keyVersion: 0 };
    const stored = { ...candidate, ...sealed, state: 'live', version: 0 } as const;
    const suppliers = suppliersOver(
      { get: () => Promise.resolve(stored), all: () => Promise.resolve([stored]) },
      () => secrets,
    );
    try {
      return await work(await suppliers.of(candidate.id));
    } finally {
      suppliers.close();
    }
  };
}
