const NEWLINE = 0x0a;

/** The lines of newline-delimited JSON, at most one more than `max`; the newline after the last one begins no further line. */
export function linesOf(bytes: Buffer, max: number): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  while (start < bytes.length && lines.length <= max) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** Work on one line. Of two lines that share a name the earlier runs first, to its end. */
export interface Turn {
  readonly names: readonly string[];
  /** Never rejects. */
  readonly run: () => Promise<string>;
}

/** Runs a turn for every line, at most `atOnce` together, and gives the results in the order of the lines. */
export async function takeTurns(lines: readonly Buffer[], turnOf: (line: Buffer) => Turn, atOnce: number) {
  const results: string[] = [];
  const latest = new Map<string, Promise<void>>();
  const queue = lines.entries();
  const worker = async () => {
    for (const [index, line] of queue) {
      const { names, run } = turnOf(line);
      const done = Promise.all(names.flatMap((name) => latest.get(name) ?? []))
        .then(run)
        .then((result) => {
          results[index] = result;
        });
      for (const name of names) latest.set(name, done);
      await done;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, lines.length) }, worker));
  return results;
}
