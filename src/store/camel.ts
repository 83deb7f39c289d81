const NAMES = new Map<string, string>();

/**
 * A row with its column names in camelCase. The caller names the shape that its SELECT gives; columns beyond that shape ride
 * along unread.
 */
export function camel(row: Readonly<Record<string, unknown>>): unknown {
  const out: Record<string, unknown> = {};
  for (const column in row) {
    let name = NAMES.get(column);
    if (name === undefined) {
      name = column.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
      NAMES.set(column, name);
    }
    out[name] = row[column];
  }
  return out;
}
