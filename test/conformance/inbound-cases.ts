import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AnyAdapter, RawPush } from '../../src/spec/adapter.js';
import type { Notification } from '../../src/spec/notification.js';
import type { Bench } from './bench.js';
import { accrualTrial, settle } from './write-bench.js';

/** A partner's door that takes everything and judges nothing. */
interface Door {
  readonly url: string;
  /** Resolves with all that has come once it is enough. */
  readonly until: (enough: (pushes: readonly RawPush[]) => boolean) => Promise<readonly RawPush[]>;
  readonly close: () => void;
}

async function openDoor(): Promise<Door> {
  const pushes: RawPush[] = [];
  const arrivals = new EventEmitter();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      pushes.push({ method: 'POST', path: request.url ?? '', headers, body: Buffer.concat(chunks) });
      response.end();
      arrivals.emit('push');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/inbound/con_1?from=sandbox`,
    until: async (enough) => {
      while (!enough(pushes)) await once(arrivals, 'push');
      return [...pushes];
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Pushes of the simulated supplier: believed when they are its own, and only then. */
export function inboundCases({ inbound, accrual }: AnyAdapter, bench: () => Bench): void {
  if (inbound === undefined) return;
  const [type] = accrual?.activities ?? [];
  let door: Door;

  beforeEach(async () => {
    door = await openDoor();
    bench().pushTo(door.url);
  });
  afterEach(async () => {
    await bench().control.clearFaults();
    door.close();
  });

  const verify = (push: RawPush, nowMs = bench().now()) => inbound.verify(push, bench().config, nowMs);
  const eventIdOf = (push: RawPush): string => {
    const verified = verify(push);
    return verified.ok ? verified.eventId : '';
  };
  const memberPush = async (count = 1): Promise<readonly RawPush[]> => {
    const { memberNumber } = await bench().control.member();
    await bench().control.ownActivity(memberNumber, 10);
    return door.until((pushes) => pushes.length >= count);
  };

  describe('inbound', () => {
    it("believes the supplier's own push and reads it", async () => {
      const [push] = await memberPush();
      if (push === undefined) throw new Error('nothing came');
      expect(eventIdOf(push)).not.toBe('');
      expect(inbound.parse(push).map((notification) => notification.type)).toContain('member.changed');
    });

    it('believes no replay, forgery, other path or other time', async () => {
      const [push] = await memberPush();
      if (push === undefined) throw new Error('nothing came');
      const forgeries: RawPush[] = [
        { ...push, body: Buffer.concat([push.body, Buffer.from(' ')]) },
        { ...push, path: '/v1/inbound/con_2' },
        { ...push, headers: {} },
        ...Object.keys(push.headers)
          .filter((name) => name.startsWith('x-'))
          .map((name) => ({ ...push, headers: { ...push.headers, [name]: `${push.headers[name] ?? ''}0` } })),
      ];
      for (const forgery of forgeries) expect(verify(forgery)).toEqual({ ok: false });
      expect(verify(push, bench().now() + 360_000)).toEqual({ ok: false });
      expect(verify(push, bench().now() - 360_000)).toEqual({ ok: false });
    });

    it('tells a forged push from the true one beside it', async () => {
      await bench().control.faults({ forgeNotification: 1 });
      const pushes = await memberPush(2);
      expect(pushes.filter((push) => verify(push).ok)).toHaveLength(1);
    });

    it('gives a push that comes twice one event id', async () => {
      await bench().control.faults({ duplicateNotification: 1 });
      const [first, second] = (await memberPush(2)).map(eventIdOf);
      expect(first).toBeTruthy();
      expect(second).toBe(first);
    });

    if (type !== undefined && accrual !== undefined) {
      it('hears of an accrual nothing that its books do not say', async () => {
        const tried = await accrualTrial(bench(), type);
        const { reference, points, memberNumber } = tried.asked;
        const receipt = await accrual.accrue.perform(bench().call().context, tried.input, tried.attempt);
        await settle(bench(), receipt);
        await bench().control.ownActivity(memberNumber, 10);
        const told = (pushes: readonly RawPush[]) => pushes.flatMap((push) => inbound.parse(push));
        const posted = (pushes: readonly RawPush[]) =>
          told(pushes).filter(({ type: kind }) => kind === 'operation.posted');
        const all = await door.until(
          (pushes) => told(pushes).some(isMemberChanged) && (receipt.final || posted(pushes).length > 0),
        );
        const { supplierReference } = receipt;
        for (const notification of posted(all)) {
          expect(notification).toMatchObject({ reference, points, memberNumber, supplierReference });
        }
        expect(told(all).filter(({ type: kind }) => kind === 'operation.refused')).toEqual([]);
      });
    }
  });
}

function isMemberChanged({ type }: Notification): boolean {
  return type === 'member.changed';
}
