import { createHash } from 'node:crypto';

/** A settlement file's text, written from the contracts; what a test gives replaces what would be right. */
export function settlementText(
  layout: 'CRS' | 'LPS',
  lines: readonly string[],
  wrong: Partial<
    Record<'partner' | 'date' | 'count' | 'points' | 'countAgain' | 'pointsAgain' | 'sha256', string>
  > = {},
): string {
  const body = lines.map((line) => `${line}\n`).join('');
  const sum = lines.reduce((total, line) => total + pointsIn(layout, line), 0);
  const { partner = 'us', date = '20261121', count = String(lines.length), points = String(sum) } = wrong;
  const { countAgain = count, pointsAgain = points, sha256 = sha256Of(body) } = wrong;
  return `#${layout},1,${partner},${date},${count},${points}\n${body}#END,${countAgain},${pointsAgain},${sha256}\n`;
}

/** The day of such a file. */
export const DAY = { businessDate: '2026-11-21', zone: 'Asia/Shanghai', today: '2026-11-22' };

/** Nothing where the line has no whole number in that place: its test is then about the line. */
function pointsIn(layout: 'CRS' | 'LPS', line: string): number {
  const cell = Number(line.split(',').at(layout === 'CRS' ? -3 : -2));
  return Number.isSafeInteger(cell) ? cell : 0;
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
