import type { Commit, CrashPoint } from '../../src/spec/crash-point.js';
import { assignBreak, cancel, connect, pauseScheme, sendAgain, sendManyAgain, takeBack } from './work-desk.js';
import { night, pushed, reconcile, resync, signOff } from './work-days.js';
import {
  accrue,
  accrueBatch,
  expire,
  link,
  linkLate,
  redeem,
  refund,
  release,
  reverse,
  type Work,
} from './work-operations.js';

/** A kind of work with the points that it comes by. */
export interface Kind {
  readonly name: string;
  readonly points: readonly CrashPoint[];
  readonly work: Work;
  /** How many of it are under way at once. */
  readonly atOnce: number;
  /** What is done in place of `work` to have the points reached: they are passed when a process starts. */
  readonly byRestart?: true;
}

const both = (...commits: readonly Commit[]): CrashPoint[] =>
  commits.flatMap((commit) => [`before-${commit}`, `after-${commit}`] as const);

/** From the wake-up to the end of a call: what every operation comes by that is sent. */
const CARRIED: readonly CrashPoint[] = [
  'before-queue-add',
  ...both('publish', 'claim'),
  'before-first-byte',
  'after-last-byte',
  'before-answer-is-read',
  'before-parse',
  'after-parse',
  ...both('complete'),
  'before-job-end',
  'after-job-end',
];
const ANSWERED: readonly CrashPoint[] = ['before-answer', 'after-answer'];

const RAILWAY = 'china-railway';
const HOTEL = 'harbour-hotels';
const AIRLINE = 'northwind-air';
const CARRIER = 'phoenix-miles';

/** The schemes whose books the run fills. */
export const SCHEMES = [RAILWAY, HOTEL, AIRLINE, CARRIER] as const;

/** All kinds of work there are. What is lost of the hotel's is found by look-up, which takes its time, so it comes early. */
export const KINDS: readonly Kind[] = [
  {
    name: 'accrual, found by look-up',
    points: [...both('claim', 'complete'), 'before-first-byte', 'after-last-byte', 'before-parse', 'after-parse'],
    work: accrue(HOTEL),
    atOnce: 6,
  },
  {
    name: 'accrual',
    points: [...both('accept-accruals'), ...ANSWERED, ...CARRIED],
    work: accrue(RAILWAY),
    atOnce: 6,
  },
  {
    name: 'batch of accruals',
    points: [...both('accept-accruals'), 'before-batch-answer', ...CARRIED],
    work: accrueBatch(AIRLINE),
    atOnce: 3,
  },
  {
    name: 'reversal',
    points: [...both('accept-reversal'), ...ANSWERED, ...CARRIED],
    work: reverse(RAILWAY),
    atOnce: 6,
  },
  {
    name: 'redemption, held by the supplier',
    points: [...both('quote', 'accept-redemption', 'act-on-redemption'), ...ANSWERED, ...CARRIED],
    work: redeem(RAILWAY),
    atOnce: 6,
  },
  {
    name: 'redemption, held by us',
    points: [...both('account', 'quote', 'accept-redemption', 'become', 'act-on-redemption'), ...ANSWERED, ...CARRIED],
    work: redeem(AIRLINE),
    atOnce: 6,
  },
  {
    name: 'release',
    points: [...both('act-on-redemption'), ...ANSWERED, ...CARRIED],
    work: release(RAILWAY),
    atOnce: 6,
  },
  // Nobody is told when a hold of ours ends: the sweeper finds what is due.
  {
    name: 'expiry',
    points: [...both('become'), 'before-sweep', 'after-sweep'],
    work: expire(AIRLINE),
    atOnce: 6,
  },
  { name: 'refund', points: [...both('accept-reversal'), ...ANSWERED, ...CARRIED], work: refund(AIRLINE), atOnce: 4 },
  {
    name: 'link',
    points: [...both('link-key', 'link', 'link-answer', 'link-release'), ...ANSWERED],
    work: link(RAILWAY),
    atOnce: 8,
  },
  { name: 'link, verified later', points: both('link-claim', 'link-settle'), work: linkLate(HOTEL), atOnce: 4 },
  {
    name: 'push',
    points: ['before-push-kept', 'after-push-kept', ...both('evidence'), 'before-push-settled', 'after-push-settled'],
    work: pushed(CARRIER),
    atOnce: 6,
  },
  {
    name: 'resync',
    points: [...both('resync-start', 'resync-turn', 'resync-item', 'resync-end', 'account'), ...ANSWERED],
    work: resync(RAILWAY),
    atOnce: 2,
  },
  {
    name: 'reconciliation',
    points: both('run-open', 'run-claim', 'take-in', 'stage', 'settle', 'judge'),
    work: reconcile([RAILWAY, AIRLINE, CARRIER]),
    atOnce: 1,
  },
  { name: 'night', points: both('night'), work: night(AIRLINE), atOnce: 1 },
  { name: 'sign-off', points: both('sign-off'), work: signOff(AIRLINE), atOnce: 1 },
  {
    name: 'support: sent again by two',
    points: [...both('set-aside', 'desk-act', 'decide'), ...ANSWERED],
    work: sendAgain(RAILWAY),
    atOnce: 4,
  },
  {
    name: 'support: many sent again',
    points: both('set-aside', 'requeue-preview', 'requeue', 'decide'),
    work: sendManyAgain(RAILWAY),
    atOnce: 2,
  },
  { name: 'support: cancelled', points: both('desk-act'), work: cancel(RAILWAY), atOnce: 4 },
  { name: 'support: taken back', points: both('desk-reverse'), work: takeBack(RAILWAY), atOnce: 4 },
  { name: 'support: a break', points: both('break-act'), work: assignBreak(HOTEL), atOnce: 2 },
  {
    name: 'administration: connected',
    points: both('held-key', 'connection-create', 'held-answer', 'held-release'),
    work: connect(CARRIER),
    atOnce: 3,
  },
  {
    name: 'administration: out of service and back',
    points: both('held-key', 'connection-change', 'held-answer'),
    work: pauseScheme(AIRLINE),
    atOnce: 1,
  },
  {
    name: 'start',
    points: ['before-partitions', 'after-partitions'],
    work: async () => undefined,
    atOnce: 1,
    byRestart: true,
  },
];
