import type { IncidentChange } from '../core/health/ports.js';
import type { Queryable } from './queue-canary.js';

interface Row {
  readonly id: string;
  readonly connection_id: string;
  readonly scheme: string;
  readonly kind: never;
  readonly work: never;
  readonly closed: boolean;
}

/**
 * Gives which incidents began and ended since it was asked last; the first time nothing, since that was told before. One that began
 * and ended in between is not told.
 */
export function createIncidentWatch(database: Queryable): () => Promise<IncidentChange[]> {
  const open = new Set<string>();
  let begun = false;
  return async () => {
    const found = await database.query<Row>({
      name: 'incident-changes',
      text: `SELECT id, connection_id, scheme, kind, work, closed_at IS NOT NULL AS closed FROM incident
        WHERE closed_at IS NULL OR id = ANY ($1::uuid[]) ORDER BY opened_at`,
      values: [[...open]],
    });
    const changed = found.rows.filter(({ id, closed }) => closed === open.has(id));
    for (const { id, closed } of changed) {
      if (closed) open.delete(id);
      else open.add(id);
    }
    const told = begun ? changed : [];
    begun = true;
    return told.map(({ id, connection_id, scheme, kind, work, closed }) => ({
      id,
      connectionId: connection_id,
      scheme,
      kind,
      work,
      change: closed ? 'closed' : 'opened',
    }));
  };
}
