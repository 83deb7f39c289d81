import type { ConnectionCheckView, ConnectionView } from '../../src/core/connection/connections.js';
import type { ConnectionStandingView, SchemeStandingView } from '../../src/core/connection/scheme-desk.js';
import { toTypeId } from '../../src/spec/typeid.js';

/** One of each thing that administration and support are shown of connections, with every member filled in somewhere. */
export const connectionView: ConnectionView = {
  id: toTypeId('con', '01976a40-0000-7000-8000-000000000003'),
  scheme: 'northwind-air',
  tenantId: toTypeId('ten', '01976a40-0000-7000-8000-00000000000a'),
  settings: { baseUrl: 'https://lp.example.com', partner: 'interline', properties: ['A'], windowMs: 1 },
  timing: 'normal',
  state: 'auth-failed',
  reason: 'HTTP 401',
  version: 3,
  createdAt: '2025-01-02T03:04:05.678Z',
  updatedAt: '2025-01-03T03:04:05.678Z',
};

export const sharedConnectionView: ConnectionView = { ...connectionView, tenantId: null, state: 'live', reason: null };

export const checkView: ConnectionCheckView = {
  result: 'auth-failed',
  message: 'The supplier refused the credentials.',
  connection: connectionView,
};

export const standingView: ConnectionStandingView = {
  id: connectionView.id,
  state: 'paused',
  reason: 'Supplier maintenance',
  shared: true,
};

export const schemeStandingView: SchemeStandingView = {
  scheme: 'northwind-air',
  connection: standingView,
  limits: { perSecond: 50, effectivePerSecond: 12.5, backlog: { waiting: 3, limit: 10_000 } },
  breakers: [
    { work: 'look-up', state: 'half-open', openedAt: '2025-01-02T03:04:05.678Z', probeAt: '2025-01-02T03:04:15.678Z' },
  ],
  incidents: [
    {
      id: toTypeId('inc', '01976a40-0000-7000-8000-00000000000b'),
      kind: 'breaker',
      work: 'look-up',
      reason: '12 of 20 calls failed',
      openedAt: '2025-01-02T03:04:05.678Z',
      closedAt: null,
    },
    {
      id: toTypeId('inc', '01976a40-0000-7000-8000-00000000000c'),
      kind: 'paused',
      work: null,
      reason: 'Supplier maintenance',
      openedAt: '2025-01-01T03:04:05.678Z',
      closedAt: '2025-01-01T04:04:05.678Z',
    },
  ],
  operations: { open: 3, byState: { queued: 2, unknown: 1 } },
};

/** Nothing limits it and nothing stands against it. */
export const quietStandingView: SchemeStandingView = {
  ...schemeStandingView,
  connection: { ...standingView, state: 'live', reason: null, shared: false },
  limits: { perSecond: null, effectivePerSecond: null, backlog: { waiting: 0, limit: 1 } },
  breakers: [],
  incidents: [],
  operations: { open: 0, byState: {} },
};
