import type pg from 'pg';
import type { NewQuote, QuoteRow, RedemptionStore } from '../core/redemption/ports.js';
import type { Caller } from '../core/request/ports.js';
import type { Commit } from '../spec/crash-point.js';
import { acceptRedemption } from './accept-redemption.js';
import { actOnRedemption } from './act-on-redemption.js';
import { camel } from './camel.js';
import { retried } from './group-commit.js';
import { readLinkFacts } from './link-facts.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/** `afterCommit` is told whenever wake-ups were committed, so that the relay need not wait for its next round. */
export function createRedemptionStore({ app }: Pools, afterCommit: () => void): RedemptionStore {
  const as = <T>(caller: Caller, work: (client: pg.PoolClient) => Promise<T>, commit?: Commit): Promise<T> =>
    asTenants(app, [caller.tenantId], work, commit);
  return {
    link: (caller, id) =>
      as(caller, async (client) => {
        const { tenantId } = caller;
        return (await readLinkFacts(client, [{ tenantId, id }])).get(`${tenantId}|${id}`) ?? null;
      }),
    saveQuote: (caller, quote) => as(caller, (client) => insertQuote(client, quote), 'quote'),
    quote: (caller, id) =>
      as(caller, async (client) => {
        const text = `SELECT * FROM quote WHERE tenant_id = $1 AND id = $2`;
        const found = await client.query<Record<string, unknown>>({
          name: 'read-quote',
          text,
          values: [caller.tenantId, id],
        });
        return found.rows[0] === undefined ? null : (camel(found.rows[0]) as QuoteRow);
      }),
    accept: async (request) => {
      const answer = await retried(() =>
        as(request.caller, (client) => acceptRedemption(client, request), 'accept-redemption'),
      );
      afterCommit();
      return answer;
    },
    act: async (request) => {
      const answer = await retried(() =>
        as(request.caller, (client) => actOnRedemption(client, request), 'act-on-redemption'),
      );
      afterCommit();
      return answer;
    },
  };
}

async function insertQuote(client: pg.PoolClient, quote: NewQuote): Promise<QuoteRow> {
  const { tenantId, id, linkId, scheme, reward, price, points, holdKind, termsVersion, validForMs } = quote;
  const written = await client.query<Record<string, unknown>>({
    name: 'insert-quote',
    text: `
      INSERT INTO quote (tenant_id, id, link_id, scheme, reward, price, points, hold_kind, terms_version, created_at, expires_at)
      SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, now, now + $10 * interval '1 ms' FROM (SELECT clock_timestamp() AS now) clock
      RETURNING *`,
    values: [tenantId, id, linkId, scheme, reward, price, points, holdKind, termsVersion, validForMs],
  });
  const row = written.rows[0];
  if (row === undefined) throw new Error('the quote was not written');
  return camel(row) as QuoteRow;
}
