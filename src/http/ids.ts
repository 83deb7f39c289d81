import { Problem } from '../core/problem.js';
import { fromTypeId, type IdPrefix } from '../spec/typeid.js';

/** The UUID of a public id that a request names; one that is not an id is answered like one that leads nowhere. */
export function uuidOf(prefix: IdPrefix, id: string): string {
  const uuid = fromTypeId(prefix, id);
  if (uuid === null) throw new Problem('NOT_FOUND');
  return uuid;
}
