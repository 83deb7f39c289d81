/**
 * The durable boundaries at which a process may die, by name: `before-` and `after-` a commit or an answer that matters. The run
 * that kills processes there (`npm run crash-points`) knows what has to hold at each; in operation none of them does anything.
 */
export type CrashPoint = `${'before' | 'after'}-${string}`;

let arrived: ((point: CrashPoint) => void) | undefined;

/** Marks a boundary in the code. */
export function crashPoint(point: CrashPoint): void {
  arrived?.(point);
}

/** Has `then` told of every boundary that is passed; only the run that kills processes asks for it. */
export function onCrashPoint(then: (point: CrashPoint) => void): void {
  arrived = then;
}
