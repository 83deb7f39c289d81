import type { OperationKind, OperationState } from '../../spec/operation.js';
import type { QueueLane } from '../operation/ports.js';
import type { Incident, Work } from '../supplier/ports.js';

export type { OperationKind, OperationState, QueueLane, Work };

/** A small job that goes through a queue to show that something moves in it; `sentAt` by the database's clock. */
export interface Canary {
  readonly queue: QueueLane;
  readonly sentAt: string;
}

/** How the canaries of one queue fare, in milliseconds by the database's clock. */
export interface CanaryState {
  readonly queue: QueueLane;
  readonly sinceSentMs: number;
  /** `null`: none has come back yet. */
  readonly sinceSeenMs: number | null;
  /** How long the last one that came back took. */
  readonly delayMs: number | null;
  /** For how long the oldest one that has not come back has been away; `null` when all have. */
  readonly waitingMs: number | null;
}

/** Where canaries are kept: a row per queue, the same for the whole fleet. */
export interface CanaryBook {
  /** Marks a canary as sent on each of these queues whose last one is at least `everyMs` old, and gives those. */
  send(queues: readonly QueueLane[], everyMs: number): Promise<readonly Canary[]>;
  /** One has come back. Any number of times and in any order. */
  seen(canary: Canary): Promise<void>;
  states(): Promise<readonly CanaryState[]>;
}

/** What is true of the whole fleet, read from rows at one moment. No id, name or text of a tenant is in it. */
export interface FleetNumbers {
  /** Operations that are not final. */
  readonly open: readonly {
    readonly scheme: string;
    readonly kind: OperationKind;
    readonly state: OperationState;
    readonly count: number;
  }[];
  /** Operations whose outcome is unknown, by for how long. */
  readonly unknown: readonly { readonly scheme: string; readonly age: UnknownAge; readonly count: number }[];
  /** Work whose time has come and that nobody holds, by the lane that wakes it. */
  readonly due: readonly { readonly lane: QueueLane; readonly count: number; readonly oldestMs: number }[];
  /** Wake-ups not yet handed to the queue, counted to 100,000; `oldestMs` is 0 without any. */
  readonly outbox: { readonly rows: number; readonly oldestMs: number };
  /** Breakers that are open; one that is closed has no row. */
  readonly breakers: readonly { readonly scheme: string; readonly work: Work; readonly count: number }[];
  /** Incidents that stand. */
  readonly incidents: readonly { readonly scheme: string; readonly kind: Incident['kind']; readonly count: number }[];
  readonly canaries: readonly CanaryState[];
}

/** For how long an outcome has been unknown. */
export const UNKNOWN_AGES = ['under-1m', '1m-10m', '10m-1h', '1h-24h', 'over-24h'] as const;
export type UnknownAge = (typeof UNKNOWN_AGES)[number];

export const INCIDENT_KINDS = [
  'paused',
  'auth-failed',
  'breaker',
  'stuck',
] as const satisfies readonly Incident['kind'][];
export const WORKS = ['write', 'look-up', 'file'] as const satisfies readonly Work[];

/** Jobs that wait in a queue; `oldestMs` by the clock of whoever put it there, 0 without any. */
export interface QueueDepth {
  readonly lane: QueueLane;
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly oldestMs: number;
}

/** An incident's beginning or end, as it is told in the log. */
export interface IncidentChange {
  readonly id: string;
  readonly connectionId: string;
  readonly scheme: string;
  readonly kind: Incident['kind'];
  readonly work: Work | null;
  readonly change: 'opened' | 'closed';
}
