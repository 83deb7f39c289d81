import { isFinal } from '../../../src/spec/operation.js';
import type { StoredOperation } from '../memory-store/tables.js';
import type { World } from '../world.js';
import type { Changes } from './seen.js';

/** Something that holds after every step; `check` tells in words what breaks it, `null` while nothing does. */
export interface Invariant {
  readonly name: string;
  readonly check: (world: World, changes: Changes) => string | null;
}

/** Ended, and points have moved. */
export function moved({ state }: Pick<StoredOperation, 'state'>): boolean {
  return state === 'posted' || state === 'confirmed';
}

/** Ended, and nothing came of it. */
export function ended({ state }: Pick<StoredOperation, 'state'>): boolean {
  return isFinal(state) && state !== 'posted' && state !== 'confirmed';
}
