import type pg from 'pg';
import { createHash } from 'node:crypto';
import type { AccrualRequest, NewOperation } from '../core/operation/ports.js';
import { type Answer, Problem } from '../core/request/ports.js';
import { canonicalJson } from '../spec/canonical.js';
import { keyName, readKeys, replaceAnswer, replay, storeKeys, type KeyAnswer, type KeyUse } from './idempotency.js';
import { readLinkFacts } from './link-facts.js';
import { toOperation, type OperationRecord } from './operation-columns.js';
import { insertOperations } from './write-operations.js';

/** One request of a batch ends in an answer or in the problem that stops it; a problem is not kept under the key. */
export type Accepted = { readonly answer: Answer } | { readonly problem: Problem };

interface Ready {
  readonly index: number;
  readonly request: AccrualRequest;
  readonly use: KeyUse;
  readonly operation: NewOperation;
  readonly content: string;
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
      ready.push({ index, request, use, operation, content: contentHash(operation) });
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
  if (ready.length === 0) return;
  const claimed = await client.query<{ operation_id: string }>({
    name: 'claim-activities',
    text: `
      INSERT INTO activity_key (tenant_id, scheme, link_id, key, content, operation_id)
      SELECT tenant_id, scheme, link_id, key, content, operation_id
      FROM jsonb_populate_recordset(NULL::activity_key, $1::jsonb) ORDER BY tenant_id, scheme, link_id, key
      ON CONFLICT DO NOTHING RETURNING operation_id`,
    values: [JSON.stringify(ready.map(activityJson))],
  });
  const mine = new Set(claimed.rows.map((row) => row.operation_id));
  await insertOperations(
    client,
    ready.filter(({ operation }) => mine.has(operation.id)).map(({ operation }) => operation),
  );
  for (const one of ready.filter(({ operation }) => !mine.has(operation.id))) {
    const answer = await existingAnswer(client, one);
    await replaceAnswer(client, { ...one.use, answer });
    results[one.index] = { answer: { ...answer, replayed: false } };
  }
}

/** Equal content: 200 with the first operation. Other content: 409 with its id. */
async function existingAnswer(
  client: pg.PoolClient,
  { operation, request, content }: Ready,
): Promise<KeyAnswer['answer']> {
  const found = await client.query<OperationRecord & { content: Buffer }>(
    `SELECT o.*, a.content FROM activity_key a JOIN operation o ON (o.tenant_id, o.id) = (a.tenant_id, a.operation_id)
     WHERE a.tenant_id = $1 AND a.scheme = $2 AND a.link_id = $3 AND a.key = $4`,
    [operation.tenantId, operation.scheme, operation.linkId, operation.activityKey],
  );
  const record = found.rows[0];
  // Released between the two statements: the caller is told to ask again, nothing was written for it.
  if (record === undefined) throw new Problem('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
  const first = toOperation(record);
  if (record.content.toString('hex') === content) return request.answers.existing(first);
  return {
    ...request.request.refuse(new Problem('ACTIVITY_EXISTS', { operationId: first.id })),
    operationId: first.id,
  };
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

function activityJson({ operation, content }: Ready): Record<string, unknown> {
  return {
    tenant_id: operation.tenantId,
    scheme: operation.scheme,
    link_id: operation.linkId,
    key: operation.activityKey,
    content: `\\x${content}`,
    operation_id: operation.id,
  };
}

function contentHash(operation: NewOperation): string {
  const content = canonicalJson({
    activity: operation.activity,
    points: operation.points,
    bonusPoints: operation.bonusPoints,
  });
  return createHash('sha256').update(content).digest('hex');
}

export async function databaseNow(client: pg.PoolClient): Promise<Date> {
  const row = (await client.query<{ now: Date }>('SELECT clock_timestamp() AS now')).rows[0];
  if (row === undefined) throw new Error('the database told no time');
  return row.now;
}
