/** How wide a text stands on a terminal: Chinese characters and full-width forms take two columns. */
function width(text: string): number {
  return Array.from(text).reduce(
    (sum, char) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(char)
        ? 2
        : 1),
    0,
  );
}

/** A cell wider than this goes on in the next line. */
const WIDEST = 84;

/** Rows in columns; numbers stand to the right, long texts go on below. */
export function table(head: readonly string[], given: readonly (readonly (string | number)[])[]): string {
  const rows = given.flatMap(broken);
  const widths = head.map((title, column) =>
    Math.max(width(title), ...rows.map((row) => width(String(row[column] ?? '')))),
  );
  const cell = (value: string | number, column: number): string => {
    const gap = ' '.repeat((widths[column] ?? 0) - width(String(value)));
    return typeof value === 'number' ? `${gap}${value}` : value + gap;
  };
  const line = (row: readonly (string | number)[]): string => `  ${row.map(cell).join('  ')}`.trimEnd();
  return [line(head), line(widths.map((size) => '-'.repeat(size))), ...rows.map(line)].join('\n');
}

/** One row as as many lines as its longest cell needs. */
function broken(row: readonly (string | number)[]): (string | number)[][] {
  const cells = row.map((cell) => (typeof cell === 'number' ? [cell] : lines(cell)));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, index) => cells.map((cell) => cell[index] ?? ''));
}

function lines(text: string): string[] {
  return text.split(' ').reduce<string[]>((done, word) => {
    const last = done.at(-1);
    if (last === undefined || width(`${last} ${word}`) > WIDEST) return [...done, word];
    return [...done.slice(0, -1), `${last} ${word}`];
  }, []);
}
