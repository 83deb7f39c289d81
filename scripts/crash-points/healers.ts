/** What it means that a process has died at a point, and who sees to it. */
export interface Meaning {
  readonly death: string;
  readonly healer: string;
}

/** A death right before a commit, and one right after. */
export interface Meanings {
  readonly before: Meaning;
  readonly after: Meaning;
}

/** Who comes to what is left over. */
export const CLIENT = 'the client, with the same key';
export const REPLAY = 'the client: the same key gives the stored answer';
export const RELAY = 'the relay of any process, within a second';
export const SWEEPER = 'the sweeper, once it is due';
export const LEASE = 'whoever claims it when the lease has ended: unknown, then by the recovery of its adapter';
export const QUEUE = 'the queue brings a stalled job again; the sweeper does in any case';
export const NEXT_CLAIM = 'the next claim';
export const SUPPLIER = 'the supplier, which pushes again';
export const RUN_LEASE = 'whoever claims the run when its lease has ended goes on from its stage';
export const RESYNC_LEASE = 'whoever takes the resync when its lease has ended';
export const NOTHING = 'nothing of it is there';
