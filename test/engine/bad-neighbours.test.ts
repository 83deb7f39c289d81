import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { ParkedPush, PushState } from '../../src/core/inbound/ports.js';
import { createInbound, type InboundDeps } from '../../src/core/inbound/use-cases.js';
import { startRelay } from '../../src/core/operation/relay.js';
import { accruing, supplierOf, vaultOf } from '../core/operation/fake-claim.js';
import { receipt } from '../core/operation/situations.js';

const CONNECTIONS = ['gone', 'good'] as const;
const push = (connectionId: string, references: readonly string[]): ParkedPush => ({
  connectionId,
  eventId: `event-of-${connectionId}`,
  notifications: references.map((reference) => ({ type: 'operation.posted', reference }) as never),
});

/** Inbound over these parked pushes; `settled` is what became of each. */
function inboundWith(parked: readonly ParkedPush[], evidence: InboundDeps['operations']['evidence']) {
  const settled: Record<string, PushState> = {};
  const supplier = supplierOf(accruing(async () => receipt({ echo: {} })));
  const inbound = createInbound({
    store: {
      receive: async () => 'received',
      settle: async (_connection, eventId, state) => {
        settled[eventId] = state;
      },
      locate: async (_connection, reference) =>
        reference === 'unknown' ? null : { tenantId: 'tenant', operationId: reference },
      claimParked: async () => parked,
    },
    operations: { evidence },
    breaks: { differs: () => Promise.reject(new Error('nothing differs here')) },
    suppliers: {
      of: (connectionId) => (connectionId === 'gone' ? Promise.reject(new Error('gone')) : Promise.resolve(supplier)),
      connectionFor: async () => null,
    },
    vault: vaultOf(),
    random: () => 0.5,
    nowMs: () => 0,
    onSecurityEvent: () => undefined,
  });
  return { inbound, settled };
}

describe('parked pushes', () => {
  it('of a connection that cannot be used do not keep those of others waiting', async () => {
    const { inbound, settled } = inboundWith(
      CONNECTIONS.map((connection) => push(connection, ['op'])),
      async () => null,
    );
    await expect(inbound.retryParked(10)).rejects.toThrow('parked pushes could not be applied');
    expect(Object.values(settled)).toEqual(['applied']);
  });

  it('stay parked for what is not known yet, also when another line of theirs contradicts its operation', async () => {
    const taken = async (): Promise<'reference-taken'> => 'reference-taken';
    const { inbound, settled } = inboundWith([push('good', ['unknown', 'op'])], taken);
    await inbound.retryParked(10);
    expect(Object.values(settled)).toEqual(['parked']);
  });
});

describe('the relay', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('asks a queue that is down once a second, not once for every commit', async () => {
    jest.useFakeTimers();
    let asked = 0;
    const outbox = {
      publish: () => {
        asked += 1;
        return Promise.reject(new Error('the queue is down'));
      },
      overdue: async () => [],
    };
    const relay = startRelay(outbox, { add: async () => undefined, close: async () => undefined }, () => undefined);
    for (let commit = 0; commit < 90; commit += 1) {
      relay.nudge();
      await jest.advanceTimersByTimeAsync(20);
    }
    expect(asked).toBe(2);
    const stopped = relay.stop();
    await jest.runAllTimersAsync();
    await stopped;
  });
});
