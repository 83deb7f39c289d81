import type { Safeguard } from './memory-store/base.js';

/** A fault planted in our own code, to see that the simulation catches it. */
export const PLANTED = [
  'send again after a timeout',
  'queue a stale send again',
  'take "not found" for a refusal',
  'believe "not found" at once',
  'release after a confirm was sent',
  'believe an open day',
  'send without looking at the lease',
  'forget what was answered',
  'send an expectation',
  'write without comparing versions',
  'take a receipt twice',
  'reverse without a cap',
] as const;
export type Planted = (typeof PLANTED)[number];

/** Those that are left out of the store; the others change what is decided. */
export const LEFT_OUT: Readonly<Partial<Record<Planted, Safeguard>>> = {
  'forget what was answered': 'idempotency keys',
  'send an expectation': 'lanes by state',
  'write without comparing versions': 'compare-and-set by version',
  'take a receipt twice': 'unique receipts',
  'reverse without a cap': 'caps',
};

/** What a run is made of; the seed fills in what is not said. */
export interface SimulationOptions {
  readonly seed: number;
  /** Events with faults, before the faults stop and everything has to come to rest. */
  readonly steps: number;
  readonly planted?: Planted | undefined;
  /** Told of every event. */
  readonly onLine?: ((line: string) => void) | undefined;
}
