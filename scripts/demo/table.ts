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

/** Rows in columns; numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
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
