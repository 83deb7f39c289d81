import type pg from 'pg';

/** Every row of every table that is not the database's own, the queue's included, as text: binary columns read as hex. */
export async function everythingStored(owner: pg.Pool): Promise<Map<string, string>> {
  const tables = await owner.query<{ name: string }>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1`);
  const stored = new Map<string, string>();
  for (const { name } of tables.rows) {
    const rows = await owner.query<{ text: string }>(`SELECT t::text AS text FROM ${name} AS t`);
    stored.set(name, rows.rows.map((row) => row.text).join('\n'));
  }
  return stored;
}

/** The ways in which a text may lie somewhere in clear: as it is, in hex, or in base64 at any of its three offsets. */
export function spellings(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64');
    // The characters at both ends also hold bits of the neighbours.
    return encoded.slice(offset === 0 ? 0 : offset + 1, Math.floor(((offset + secret.length) * 8) / 6));
  });
  const hex = Buffer.from(secret).toString('hex');
  const urlSafe = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([secret, encodeURIComponent(secret), hex, ...base64, ...urlSafe])];
}

/** Where any of these secrets stands, in whatever spelling: `table: secret as spelling`. */
export function leaks(stored: ReadonlyMap<string, string>, secrets: readonly string[]): string[] {
  return [...stored].flatMap(([table, text]) => {
    const lower = text.toLowerCase();
    return secrets.flatMap((secret) =>
      spellings(secret).flatMap((spelling) =>
        lower.includes(spelling.toLowerCase()) ? [`${table}: ${secret} as ${spelling}`] : [],
      ),
    );
  });
}
