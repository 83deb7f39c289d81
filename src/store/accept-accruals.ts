import type pg from 'pg';
import type { AccrualRequest, NewOperation } from '../core/operation/ports.js';
import { type Answer, Problem } from '../core/request/ports.js';
import { claimActivities, existingAnswer, parkedAsDuplicate } from './activities.js';
import { keyName, readKeys, replaceAnswer, replay, storeKeys, type KeyAnswer, type KeyUse } from './idempotency.js';
import { readLinkFacts } from './link-facts.js';
import { insertOperations } from './write-operations.js';

/** One request of a batch ends in an answer or in the problem that stops it; a problem is not kept under the key. */
export type Accepted = { readonly answer: Answer } | { readonly problem: Problem };

interface Ready {
  readonly index: number;
  readonly request: AccrualRequest;
  readonly use: KeyUse;
  readonly operation: NewOperation;
}

/**
 * Accepts accruals in one transaction: key, activity key, operation, event and wake-up commit together, so that a 202 is never
 * given for something that can be lost. Existing rows are read in a second statement after ON CONFLICT DO NOTHING.
 */
export async function acceptAccruals(client: pg.PoolClient, requests: readonly AccrualRequest[]): Promise<Accepted[]> {
  const results = new Array<Accepted>(requests.length);
  const now = await databaseNow(client);
  const uses = requests.map(keyUse);
  const known = await readKeys(client, uses);
  const links = await readLinkFacts(
    client,
    requests.map((request) => ({ tenantId: request.caller.tenantId, id: request.linkId })),
  );
  const ready: Ready[] = [];
  requests.forEach((request, index) => {
    results[index] = attempt(() => {
      const use = uses[index] as KeyUse;
      const record = known.get(keyName(use.tenantId, use.key));
      if (record !== undefined) return replay(record, use);
      const link = links.get(`${request.caller.tenantId}|${request.linkId}`) ?? null;
      const operation = request.prepare(link, now);
      ready.push({ index, request, use, operation });
      return { ...request.answers.accepted(operation), replayed: false };
    });
  });
  const stored = await storeKeys(client, ready.map(keyAnswer), now);
  const rivals = ready.filter(({ use }) => !stored.has(keyName(use.tenantId, use.key)));
  const answers = await readKeys(
    client,
    rivals.map(({ use }) => use),
  );
  for (const { index, use } of rivals) {
    const record = answers.get(keyName(use.tenantId, use.key));
    results[index] = attempt(() => {
      if (record === undefined) throw new Problem('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
      return replay(record, use);
    });
  }
  await settleActivities(
    client,
    ready.filter((one) => !rivals.includes(one)),
    results,
  );
  return results;
}

/** Claims the activities; those that exist already are answered with the operation that holds them. */
async function settleActivities(client: pg.PoolClient, ready: readonly Ready[], results: Accepted[]): Promise<void> {
  const { free, elsewhere } = await claimActivities(
    client,
    ready.map(({ operation }) => operation),
  );
  const settled = ready.map((one) =>
    elsewhere.has(one.operation.id) ? { ...one, operation: parkedAsDuplicate(one.operation) } : one,
  );
  await insertOperations(
    client,
    settled.filter(({ operation }) => free.has(operation.id)).map(({ operation }) => operation),
  );
  for (const { index, operation, request, use } of settled) {
    if (free.has(operation.id) && !elsewhere.has(operation.id)) continue;
    const answer = free.has(operation.id)
      ? request.answers.accepted(operation)
      : await existingAnswer(client, operation, request.answers, request.request);
    await replaceAnswer(client, { ...use, answer });
    results[index] = { answer: { ...answer, replayed: false } };
  }
}

/** Runs one request's part; its own problem is its answer, anything else fails the batch. */
function attempt(run: () => Answer): Accepted {
  try {
    return { answer: run() };
  } catch (error) {
    if (error instanceof Problem) return { problem: error };
    throw error;
  }
}

function keyUse(request: AccrualRequest): KeyUse {
  return { tenantId: request.caller.tenantId, key: request.request.key, fingerprint: request.request.fingerprint };
}

function keyAnswer({ use, request, operation }: Ready): KeyAnswer {
  return { ...use, answer: request.answers.accepted(operation) };
}

export async function databaseNow(client: pg.PoolClient): Promise<Date> {
  const row = (await client.query<{ now: Date }>('SELECT clock_timestamp() AS now')).rows[0];
  if (row === undefined) throw new Error('the database told no time');
  return row.now;
}
