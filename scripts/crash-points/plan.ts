import { CRASH_POINTS, type CrashPoint } from '../../src/spec/crash-point.js';
import { type Kind, KINDS } from './kinds.js';

/** From so many hits on, every kind of work that comes by a point is killed there. */
export const EVERY_KIND_FROM = 5;

/** What a kind of work is to be killed at, in order; a point may stand there several times. */
export interface Round {
  readonly kind: Kind;
  readonly points: readonly CrashPoint[];
}

/** Spreads the hits of each point over the kinds of work that come by it. */
export function planRounds(hits: number, points: readonly CrashPoint[] = CRASH_POINTS): readonly Round[] {
  const rounds = KINDS.map((kind) => ({ kind, points: [] as CrashPoint[] }));
  const passing = points.map((point) => rounds.filter(({ kind }) => kind.points.includes(point)));
  const wanted = passing.map(({ length }) => (hits >= EVERY_KIND_FROM ? Math.max(hits, length) : hits));
  // Lap by lap, so that each round comes by its points in the order in which work does.
  for (let lap = 0; lap < Math.max(...wanted); lap += 1) {
    points.forEach((point, index) => {
      const kinds = passing[index] ?? [];
      if (lap < (wanted[index] ?? 0)) kinds[(index + lap) % kinds.length]?.points.push(point);
    });
  }
  return rounds.filter((round) => round.points.length > 0);
}
