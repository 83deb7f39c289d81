import type { ConnectionState } from './connections.js';

/** What takes a connection out of service or back: a person's word, or credentials that were renewed or found to work. */
export type StandingAct = 'pause' | 'resume' | 'credentials';

/** Where acts leave a connection, and which incidents begin and end with them. */
export interface Standing {
  readonly state: ConnectionState;
  readonly opens: 'paused' | null;
  readonly closes: readonly ('paused' | 'auth-failed')[];
}

/**
 * - Paused while its credentials are refused, a connection is paused; that they are refused stays open beside it.
 * - Resumed, it is live whatever stood against it: a person vouches for it, and the next call tells if they are wrong.
 * - Credentials that work do not resume what a person paused.
 */
export function standingAfter(state: ConnectionState, act: StandingAct): Standing {
  switch (act) {
    case 'pause':
      return { state: 'paused', opens: 'paused', closes: [] };
    case 'resume':
      return { state: 'live', opens: null, closes: ['paused', 'auth-failed'] };
    case 'credentials':
      return { state: state === 'paused' ? 'paused' : 'live', opens: null, closes: ['auth-failed'] };
    default:
      return act satisfies never;
  }
}

/** Several acts at once, one after the other. */
export function standingAfterAll(state: ConnectionState, acts: readonly StandingAct[]): Standing {
  return acts.reduce<Standing>(
    (before, act) => {
      const after = standingAfter(before.state, act);
      return { ...after, closes: [...before.closes, ...after.closes] };
    },
    { state, opens: null, closes: [] },
  );
}
