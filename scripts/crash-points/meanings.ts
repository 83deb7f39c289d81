import { CRASH_POINTS, type Commit, type CrashPoint } from '../../src/spec/crash-point.js';

/** What it means that a process has died at a point, and who sees to it. */
interface Meaning {
  readonly death: string;
  readonly healer: string;
}

/** Who comes to what is left over. */
const CLIENT = 'the client, with the same key';
const REPLAY = 'the client: the same key gives the stored answer';
const RELAY = 'the relay of any process, within a second';
const SWEEPER = 'the sweeper, once it is due';
const LEASE = 'whoever claims it when the lease has ended: unknown, then by the recovery of its adapter';
const QUEUE = 'the queue brings a stalled job again; the sweeper does in any case';
const NEXT_CLAIM = 'the next claim';
const SUPPLIER = 'the supplier, which pushes again';
const RUN_LEASE = 'whoever claims the run when its lease has ended goes on from its stage';
const RESYNC_LEASE = 'whoever takes the resync when its lease has ended';
const NOTHING = 'nothing of it is there';

const COMMITS: Readonly<Record<Commit, { readonly before: Meaning; readonly after: Meaning }>> = {
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

const MOMENTS: Readonly<Record<Exclude<CrashPoint, `${'before' | 'after'}-${Commit}`>, Meaning>> = {
  'before-first-byte': { death: 'nothing was sent, which nobody knows', healer: LEASE },
  'after-last-byte': { death: 'the supplier has the request', healer: LEASE },
  'before-answer-is-read': { death: 'the supplier has answered', healer: LEASE },
  'before-parse': { death: 'the answer came whole and was not read', healer: LEASE },
  'after-parse': { death: 'the answer was understood and nothing decided', healer: LEASE },
  'before-queue-add': { death: 'the wake-ups are in the outbox', healer: RELAY },
  'before-job-end': { death: 'the work is handed out, the job not ended', healer: QUEUE },
  'after-job-end': { death: 'the job has ended, the work it handed out may not have', healer: LEASE },
  'before-answer': { death: 'committed, and the client was told nothing', healer: REPLAY },
  'after-answer': { death: 'the client has its answer', healer: 'nobody needs to' },
  'before-batch-answer': { death: 'every line is committed, and the client was told nothing', healer: REPLAY },
  'before-push-kept': { death: NOTHING, healer: SUPPLIER },
  'after-push-kept': {
    death: 'the push is kept and not applied',
    healer: `${SUPPLIER}: what is kept and not applied is applied then`,
  },
  'before-push-settled': {
    death: 'the push is applied and not ticked off',
    healer: `${SUPPLIER}: applied again it changes nothing`,
  },
  'after-push-settled': {
    death: 'the push is done, and the supplier was told nothing',
    healer: `${SUPPLIER}: known, and taken`,
  },
  'before-sweep': { death: 'what is overdue is still overdue', healer: 'the next sweep, within seconds of the start' },
  'after-sweep': { death: 'what is overdue has a wake-up', healer: 'a worker' },
  'before-partitions': { death: 'next month has no partition yet', healer: 'the next start, or the next hour' },
  'after-partitions': { death: 'next month has its partition', healer: 'nobody needs to' },
};

function accepted(what: string): { readonly before: Meaning; readonly after: Meaning } {
  return {
    before: { death: NOTHING, healer: CLIENT },
    after: { death: `there: ${what}; nobody was told`, healer: REPLAY },
  };
}

function staged(before: string, after: string): { readonly before: Meaning; readonly after: Meaning } {
  return { before: { death: before, healer: RUN_LEASE }, after: { death: after, healer: RUN_LEASE } };
}

/** What docs/crash-points.md says of every point, as a table. */
export function renderMeanings(): string {
  const rows = CRASH_POINTS.map((point) => {
    const { death, healer } = meaningOf(point);
    return `| \`${point}\` | ${death} | ${healer} |`;
  });
  return ['| point | what a death there leaves | who sees to it |', '|---|---|---|', ...rows].join('\n');
}

function meaningOf(point: CrashPoint): Meaning {
  if (point in MOMENTS) return MOMENTS[point as keyof typeof MOMENTS];
  const [, side, commit] = /^(before|after)-(.+)$/.exec(point) ?? [];
  return COMMITS[commit as Commit][side as 'before' | 'after'];
}
