/** Which of many texts stand in a long one, found in one pass over it after Karp and Rabin: canaries times spellings are thousands. */
export function searchFor(needles: ReadonlySet<string>): (text: string) => ReadonlySet<string> {
  const window = Math.min(...[...needles].map(({ length }) => length));
  const byHash = new Map<number, string[]>();
  for (const needle of needles) {
    const hash = hashOf(needle, window);
    byHash.set(hash, [...(byHash.get(hash) ?? []), needle]);
  }
  const seen = new Uint8Array(SLOTS);
  for (const hash of byHash.keys()) seen[hash & (SLOTS - 1)] = 1;
  let outgoing = 1;
  for (let step = 1; step < window; step += 1) outgoing = Math.imul(outgoing, BASE);
  return (text) => {
    const found = new Set<string>();
    let hash = hashOf(text, window);
    for (let at = 0; at + window <= text.length; at += 1) {
      if (at > 0) {
        const rest = hash - Math.imul(text.charCodeAt(at - 1), outgoing);
        hash = (Math.imul(rest, BASE) + text.charCodeAt(at + window - 1)) | 0;
      }
      if (seen[hash & (SLOTS - 1)] === 1) {
        for (const needle of byHash.get(hash) ?? []) if (text.startsWith(needle, at)) found.add(needle);
      }
    }
    return found;
  };
}

/** What can be told of a hash without asking a map; far more than there are needles. */
const SLOTS = 1 << 20;
const BASE = 0x01000193;

function hashOf(text: string, length: number): number {
  let hash = 0;
  for (let at = 0; at < Math.min(length, text.length); at += 1)
    hash = (Math.imul(hash, BASE) + text.charCodeAt(at)) | 0;
  return hash;
}
