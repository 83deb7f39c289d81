import type { Commit, CrashPoint } from '../../src/spec/crash-point.js';
import { REPLAY, RELAY, LEASE, QUEUE, SUPPLIER, NOTHING, type Meaning } from './healers.js';

/** By moment: what is no commit. */
export const MOMENTS: Readonly<Record<Exclude<CrashPoint, `${'before' | 'after'}-${Commit}`>, Meaning>> = {
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
