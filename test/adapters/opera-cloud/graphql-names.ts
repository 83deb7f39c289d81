import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The names that the supplier's own schema gives to what a query of loyalty transactions asks for, and filters by. */
export interface GraphqlNames {
  readonly fields: ReadonlySet<string>;
  readonly filters: ReadonlySet<string>;
}

/** `null` where the schema is not kept beside the project (`INTERLINE_SUPPLIER_CONTRACTS`), which is said in one line. */
export function graphqlNames(): GraphqlNames | null {
  const folder = process.env['INTERLINE_SUPPLIER_CONTRACTS'] ?? join(root, '../shared/contracts');
  const path = join(folder, 'opera-cloud/ProfilesLoyaltyTransactions.graphql');
  if (!existsSync(path)) {
    process.stdout.write("The supplier's own GraphQL schema is not here: the query is not held against its names.\n");
    return null;
  }
  const schema = readFileSync(path, 'utf8');
  return {
    fields: namesIn(schema, 'type ProfilesLoyaltyTransactionsMembershipTransactionsDetailsType'),
    filters: namesIn(schema, 'input ProfilesLoyaltyTransactionsQueryArgumentsType'),
  };
}

function namesIn(schema: string, head: string): ReadonlySet<string> {
  const start = schema.indexOf(`${head} {`);
  const block = schema.slice(start, schema.indexOf('\n}', start));
  return new Set(Array.from(block.matchAll(/^ +(\w+): /gm), ([, name]) => name ?? ''));
}
