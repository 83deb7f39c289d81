import { createHmac } from 'node:crypto';
import { instant } from '../engine/clock.js';
import type { OutgoingPush, Parts } from '../platform.js';
import type { Wire } from './answers.js';
import { latest, type OperationRecord, signed } from './operations.js';
import type { Programme } from './programme.js';

/** The signature of a notification, as the contract has it. */
export function signPush({ pushKey }: Programme, { target, body, at }: OutgoingPush): Readonly<Record<string, string>> {
  const timestamp = String(at);
  const signature = createHmac('sha256', pushKey).update(`${timestamp}\n${target}\n${body}`).digest('hex');
  return { 'X-Timestamp': timestamp, 'X-Signature': signature };
}

/** What a programme that promises `push` tells; the others are silent. */
export function openNotifications({ promise }: Programme, { clock, push }: Pick<Parts, 'clock' | 'push'>) {
  const send = (event: Wire['Notification']): void => {
    if (promise === 'push') push({ eventId: event.eventId, body: { ...event } });
  };
  return {
    /** That an operation was posted or refused. */
    decided: (operation: OperationRecord): void => {
      const { reference, supplierReference, memberNumber } = operation;
      const { status, code } = latest(operation);
      send({
        eventId: `${supplierReference}-${status}`,
        type: `operation.${status}`,
        ...{ reference, supplierReference, memberNumber },
        ...(code === undefined ? { points: signed(operation) } : { code }),
        at: instant(clock()),
      });
    },
    /** That the programme posted something by itself. */
    memberChanged: (memberNumber: string, supplierReference: string): void => {
      send({
        eventId: `${supplierReference}-changed`,
        type: 'member.changed',
        memberNumber,
        at: instant(clock()),
      });
    },
  };
}
