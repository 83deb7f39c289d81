import type { HolderName } from '../spec/values.js';

/**
 * Whether a supplier's name is the holder's, whatever its case, accents, spaces, commas and order, where the contract states none.
 * Every part must be there; a family name alone is not enough.
 */
export function sameName(holder: HolderName, supplied: string): boolean {
  const family = words(holder.family);
  const given = words(holder.given ?? '');
  const theirs = words(supplied);
  if (theirs.length === 0) return false;
  const run = theirs.join('');
  return (
    sorted([...family, ...given]) === sorted(theirs) ||
    run === [...family, ...given].join('') ||
    run === [...given, ...family].join('')
  );
}

function words(text: string): readonly string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toUpperCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function sorted(list: readonly string[]): string {
  return [...list].sort().join(' ');
}
