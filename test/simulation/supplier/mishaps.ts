import type { Chance } from '../chance.js';
import type { SupplierCharacter } from './kinds.js';

/** What becomes of a request: what the supplier does with it, and what comes back. */
export const MISHAPS = [
  'none',
  'connection refused',
  'dropped before commit',
  'dropped after commit',
  'committed late',
  'throttled',
  'throttled for a while',
  'unavailable before commit',
  'unavailable after commit',
  'garbage before commit',
  'garbage after commit',
  'wrong echo',
  'another reference',
  'credentials refused',
  'refused',
  'refused in words unknown',
  'bug before the send',
  'bug after the answer',
] as const;
export type Mishap = (typeof MISHAPS)[number];

const OF_WRITES: Readonly<Record<Mishap, number>> = {
  none: 40,
  'connection refused': 4,
  'dropped before commit': 6,
  'dropped after commit': 9,
  'committed late': 9,
  throttled: 3,
  'throttled for a while': 2,
  'unavailable before commit': 3,
  'unavailable after commit': 4,
  'garbage before commit': 2,
  'garbage after commit': 3,
  'wrong echo': 3,
  'another reference': 3,
  'credentials refused': 1,
  refused: 4,
  'refused in words unknown': 1,
  'bug before the send': 1,
  'bug after the answer': 2,
};

const OF_LOOKS: Readonly<Record<Mishap, number>> = {
  ...OF_WRITES,
  none: 45,
  'committed late': 0,
  'unavailable after commit': 0,
  'garbage after commit': 0,
  'dropped after commit': 0,
  refused: 0,
  'refused in words unknown': 0,
};

/** What becomes of the next request. */
export function mishapOf(chance: Chance, effect: 'read' | 'write', { findable, keyed }: SupplierCharacter): Mishap {
  const mishap = chance.weighted(effect === 'write' ? OF_WRITES : OF_LOOKS);
  // A supplier that nobody can ask is believed at its word.
  return mishap === 'another reference' && !findable && !keyed ? 'none' : mishap;
}
