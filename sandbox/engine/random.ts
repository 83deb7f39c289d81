/** A reproducible source of chance: the same seed gives the same sequence on every machine. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number;
  pick<T>(items: readonly T[]): T;
}

/** mulberry32: small, fast and good enough to choose faults and names; never for anything secret. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}

const Z99 = 2.326_347_874;

/** Milliseconds of a log-normal distribution with that median and 99th percentile, as latencies are spread. */
export function logNormalMs(random: Random, p50: number, p99: number): number {
  if (p50 === 0) return 0;
  const sigma = Math.log(p99 / p50) / Z99;
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return p50 * Math.exp(sigma * radius * Math.cos(2 * Math.PI * random.next()));
}
