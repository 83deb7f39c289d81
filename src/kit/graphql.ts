import type { z } from 'zod';
import type { HttpResponse } from '../spec/adapter.js';
import { jsonObject, recordList } from './answer.js';
import { unbelievable, unmapped } from './faults.js';

/**
 * A GraphQL answer of status 200, read by a schema of the whole of it. With `errors` it is an `unmapped` fault, even beside data,
 * which then is not all there is; what the schema does not know as an answer is an `unknown-outcome` that names the field.
 */
export function graphqlAnswer<T>(response: HttpResponse, schema: z.ZodType<T>): T {
  const content = jsonObject(response);
  if (recordList(content, 'errors').length > 0) throw unmapped('GRAPHQL_ERRORS');
  const answer = schema.safeParse(content);
  if (answer.success) return answer.data;
  throw unbelievable(`not to be understood: ${answer.error.issues[0]?.path.join('.') ?? ''}`);
}
