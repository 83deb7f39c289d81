import type { Commit } from '../../src/spec/crash-point.js';
import {
  CLIENT,
  REPLAY,
  RELAY,
  SWEEPER,
  LEASE,
  NEXT_CLAIM,
  RUN_LEASE,
  RESYNC_LEASE,
  NOTHING,
  type Meanings,
} from './healers.js';

/** By commit. */
export const COMMITS: Readonly<Record<Commit, Meanings>> = {
  'accept-accruals': accepted('the accruals of one commit, and their keys'),
  'accept-reversal': accepted('the reversal or refund, and its key'),
  quote: {
    before: { death: NOTHING, healer: 'the client asks for another quote' },
    after: {
      death: 'the quote is there, and nobody was told',
      healer: 'nobody needs to: it ends unused; the client asks for another',
    },
  },
  'accept-redemption': accepted('the redemption, its reservation and its key'),
  'act-on-redemption': accepted('the confirm or release, and its key'),
  claim: {
    before: { death: 'no attempt was begun', healer: NEXT_CLAIM },
    after: { death: 'an attempt is on record that never sent', healer: LEASE },
  },
  become: {
    before: { death: 'the operation stands where it stood, and is due', healer: NEXT_CLAIM },
    after: { death: 'the operation has moved on, its wake-up with it', healer: RELAY },
  },
  complete: {
    before: { death: 'the supplier has answered and nobody remembers it', healer: LEASE },
    after: { death: 'the operation has its outcome', healer: `${RELAY}, where more follows` },
  },
  evidence: {
    before: { death: 'what was told is believed of nobody yet', healer: 'whoever told it, again' },
    after: {
      death: 'the operation has moved on, whatever told it is not ticked off',
      healer: 'told again it changes nothing',
    },
  },
  publish: {
    before: {
      death: 'the wake-ups are in the queue and in the outbox',
      healer: `${RELAY}: they come twice, which a hint may`,
    },
    after: { death: 'the wake-ups are in the queue', healer: 'a worker' },
  },
  'link-key': {
    before: { death: NOTHING, healer: CLIENT },
    after: {
      death: 'the key is taken by a request that is gone',
      healer: 'the client: 409 until the key may be taken over, after 20 s',
    },
  },
  link: {
    before: {
      death: 'the supplier was asked, the key is taken',
      healer: 'the client: 409 until the key may be taken over, after 20 s',
    },
    after: { death: 'the link is there with the answer', healer: REPLAY },
  },
  'link-answer': {
    before: {
      death: 'the key is taken, the link there was before',
      healer: 'the client: 409 until the key may be taken over, after 20 s',
    },
    after: { death: 'the answer is stored', healer: REPLAY },
  },
  'link-release': {
    before: {
      death: 'refused, and the key is still taken',
      healer: 'the client: 409 until the key may be taken over, after 20 s',
    },
    after: { death: 'refused, and the key is free', healer: CLIENT },
  },
  'link-claim': {
    before: { death: 'the pending link is due', healer: NEXT_CLAIM },
    after: { death: 'the pending link is held by nobody', healer: 'the next claim, when the hold on it has ended' },
  },
  'link-settle': {
    before: {
      death: 'the supplier has told, the link is still pending',
      healer: 'the next claim asks the supplier again',
    },
    after: { death: 'the link is settled', healer: 'nobody needs to' },
  },
  account: {
    before: { death: 'the balance was read and not kept', healer: 'whoever asks next reads it again' },
    after: { death: 'the balance is kept', healer: 'nobody needs to' },
  },
  'run-open': accepted('the run, asked for or asked again, and its key'),
  night: {
    before: { death: 'the night has no run', healer: 'the job of the night, tried again for four hours' },
    after: { death: 'the run of the night is due', healer: SWEEPER },
  },
  'run-claim': {
    before: { death: 'the run is due', healer: NEXT_CLAIM },
    after: { death: 'the run has a lease that nobody uses', healer: RUN_LEASE },
  },
  'take-in': staged('the settlement was fetched and not kept', 'the input is sealed and kept'),
  stage: staged('no line is staged', 'the lines are staged and matched'),
  settle: staged('what the lines prove is applied, the stage is not ticked off', 'what the lines prove is applied'),
  judge: {
    before: { death: 'no verdict is there: verdicts, breaks and digest are one commit', healer: RUN_LEASE },
    after: { death: 'the run rests, completed', healer: 'nobody needs to' },
  },
  'sign-off': accepted('the name under the run, its audit and its key'),
  'resync-start': accepted('the resync with all its items, and its key'),
  'resync-turn': {
    before: { death: 'the resync is due', healer: 'the next turn' },
    after: { death: 'the turn has a lease that nobody uses', healer: RESYNC_LEASE },
  },
  'resync-item': {
    before: { death: 'the item was looked at, which is not kept', healer: `${RESYNC_LEASE} looks again` },
    after: { death: 'the item is done', healer: RESYNC_LEASE },
  },
  'resync-end': {
    before: { death: 'all that the turn did is kept, its lease too', healer: RESYNC_LEASE },
    after: { death: 'the lease is given back', healer: 'the next turn, where something is left' },
  },
  'set-aside': {
    before: { death: 'what failed by itself is due as it was', healer: NEXT_CLAIM },
    after: {
      death: 'what failed by itself comes again later, or waits for a person',
      healer: `${SWEEPER}, or support`,
    },
  },
  'desk-act': accepted('what support did, or the approval it asked for, with its audit and its key'),
  'desk-reverse': accepted('the reversal that support asked for, its audit and its key'),
  decide: accepted('the decision, what it carried out, its audit and its key'),
  'requeue-preview': accepted('what would be done, its audit and its key'),
  requeue: accepted('the run with all its items, what it asks for or begins, and its key'),
  'break-act': accepted('the break as it stands now, its audit and its key'),
  'held-key': {
    before: { death: NOTHING, healer: CLIENT },
    after: { death: 'the key is held for its request, which has done nothing', healer: CLIENT },
  },
  'held-release': {
    before: { death: 'refused, and the key is still held', healer: CLIENT },
    after: { death: 'refused, and the key is free', healer: CLIENT },
  },
  'held-answer': {
    before: { death: 'done, and no answer is stored', healer: `${CLIENT}: what was done is known and not done again` },
    after: { death: 'the answer is stored', healer: REPLAY },
  },
  'connection-create': {
    before: { death: 'no connection is there, the key is held', healer: CLIENT },
    after: { death: 'there: the connection and its audit; no answer is stored', healer: CLIENT },
  },
  'connection-change': {
    before: { death: 'the connection stands as it stood', healer: CLIENT },
    after: {
      death: 'there: the connection as it stands now, its incidents, its audit and the wake-ups of what waited',
      healer: `${CLIENT}; ${RELAY}`,
    },
  },
};

function accepted(what: string): Meanings {
  return {
    before: { death: NOTHING, healer: CLIENT },
    after: { death: `there: ${what}; nobody was told`, healer: REPLAY },
  };
}

function staged(before: string, after: string): Meanings {
  return { before: { death: before, healer: RUN_LEASE }, after: { death: after, healer: RUN_LEASE } };
}
