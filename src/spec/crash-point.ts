/** Transactions whose commit makes something true that nobody may forget; a process may die right before each and right after. */
export const COMMITS = [
  'accept-accruals',
  'accept-reversal',
  'quote',
  'accept-redemption',
  'act-on-redemption',
  'claim',
  'become',
  'complete',
  'evidence',
  'publish',
  'link-key',
  'link',
  'link-answer',
  'link-release',
  'link-claim',
  'link-settle',
  'account',
  'run-open',
  'night',
  'run-claim',
  'take-in',
  'stage',
  'settle',
  'judge',
  'sign-off',
  'resync-start',
  'resync-turn',
  'resync-item',
  'resync-end',
  'set-aside',
  'desk-act',
  'desk-reverse',
  'decide',
  'requeue-preview',
  'requeue',
  'break-act',
  'held-key',
  'held-release',
  'held-answer',
  'connection-create',
  'connection-change',
] as const;

/** A transaction by what its commit makes true. */
export type Commit = (typeof COMMITS)[number];

/** Boundaries that are no commit of ours: bytes that leave, answers that come, jobs that end. */
export const MOMENTS = [
  'before-first-byte',
  'after-last-byte',
  'before-answer-is-read',
  'before-parse',
  'after-parse',
  'before-queue-add',
  'before-job-end',
  'after-job-end',
  'before-answer',
  'after-answer',
  'before-batch-answer',
  'before-push-kept',
  'after-push-kept',
  'before-push-settled',
  'after-push-settled',
  'before-sweep',
  'after-sweep',
  'before-partitions',
  'after-partitions',
] as const;

/**
 * The durable boundaries at which a process may die, by name. The run that kills processes there (`npm run crash-points`) knows
 * what has to hold at each; in operation none of them does anything.
 */
export type CrashPoint = (typeof MOMENTS)[number] | `${'before' | 'after'}-${Commit}`;

/** Every point there is. */
export const CRASH_POINTS: readonly CrashPoint[] = [
  ...COMMITS.flatMap((commit) => [`before-${commit}`, `after-${commit}`] as const),
  ...MOMENTS,
];

let arrived: ((point: CrashPoint) => void) | undefined;

/** Marks a boundary in the code. */
export function crashPoint(point: CrashPoint): void {
  arrived?.(point);
}

/**
 * Has `then` told of every boundary that is passed; only the run that kills processes asks for it, before anything of ours is loaded.
 * @public
 */
export function onCrashPoint(then: (point: CrashPoint) => void): void {
  arrived = then;
}
