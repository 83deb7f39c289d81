import type { WireRequest } from '../platform.js';
import { Field, ShapeError } from './shape.js';

/** Reads a JSON body and what `read` makes of it; `refuse` answers a body that is no JSON or not of the contract's shape. */
export function readJson<T>(
  request: Pick<WireRequest, 'body'>,
  read: (body: Field) => T,
  refuse: (complaint: string) => T,
): T {
  const parsed = parseJson(request.body.toString('utf8'));
  if (parsed === undefined) return refuse('the body is not JSON');
  try {
    return read(new Field(parsed));
  } catch (error) {
    if (error instanceof ShapeError) return refuse(error.message);
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
