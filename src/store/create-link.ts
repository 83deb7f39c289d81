import type pg from 'pg';
import type { KnownSubject, LinkBeginning, LinkCreation, LinkRow, NewLink } from '../core/link/ports.js';
import { type Caller, type IdempotentRequest, Problem, type StoredAnswer } from '../core/request/ports.js';
import { abandoned, keyName, readKeys, replay } from './idempotency.js';
import { LINK_COLUMNS, toLink } from './link-columns.js';

/** Takes the key, or tells what already stands under it or under the number. */
export async function beginLink(
  client: pg.PoolClient,
  caller: Caller,
  request: IdempotentRequest,
  number: { readonly scheme: string; readonly index: Buffer },
  travellerRef: string,
  lockMs: number,
): Promise<LinkBeginning> {
  const { tenantId } = caller;
  const use = { tenantId, key: request.key, fingerprint: request.fingerprint };
  if (!(await takeKey(client, use, lockMs))) {
    const record = (await readKeys(client, [use])).get(keyName(tenantId, use.key));
    if (record === undefined) throw new Problem('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
    if (!abandoned(record, use)) return { answered: replay(record, use) };
    // Of several who find the lock lapsed one takes it over.
    const taken = await client.query(
      `UPDATE idempotency_key SET locked_until = clock_timestamp() + $3 * interval '1 ms'
       WHERE tenant_id = $1 AND key = $2 AND state = 'running' AND locked_until <= clock_timestamp()`,
      [tenantId, use.key, lockMs],
    );
    if (taken.rowCount !== 1) throw new Problem('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
  }
  const holding = await linkOfNumber(client, tenantId, number);
  if (holding !== null) return { existing: holding };
  return { subject: await subjectOf(client, tenantId, travellerRef) };
}

async function subjectOf(client: pg.PoolClient, tenantId: string, travellerRef: string): Promise<KnownSubject | null> {
  const found = await client.query<{ id: string; version: number; wrapped: Buffer }>(
    `SELECT s.id, k.version, k.wrapped FROM subject s JOIN data_key k ON (k.tenant_id, k.subject_id) = (s.tenant_id, s.id)
     WHERE s.tenant_id = $1 AND s.traveller_ref = $2 AND k.wrapped IS NOT NULL ORDER BY k.version DESC LIMIT 1`,
    [tenantId, travellerRef],
  );
  const row = found.rows[0];
  return row === undefined ? null : { id: row.id, key: { version: row.version, wrapped: row.wrapped } };
}

async function takeKey(
  client: pg.PoolClient,
  use: { readonly tenantId: string; readonly key: string; readonly fingerprint: Buffer },
  lockMs: number,
): Promise<boolean> {
  const taken = await client.query(
    `INSERT INTO idempotency_key (tenant_id, key, fingerprint, state, locked_until, created_at)
     VALUES ($1, $2, $3, 'running', clock_timestamp() + $4 * interval '1 ms', clock_timestamp()) ON CONFLICT DO NOTHING`,
    [use.tenantId, use.key, use.fingerprint, lockMs],
  );
  return taken.rowCount === 1;
}

async function linkOfNumber(
  client: pg.PoolClient,
  tenantId: string,
  number: { readonly scheme: string; readonly index: Buffer },
): Promise<LinkRow | null> {
  const found = await client.query(
    `SELECT ${LINK_COLUMNS} FROM link l WHERE l.tenant_id = $1 AND l.scheme = $2 AND l.member_index = $3 AND l.state <> 'removed'`,
    [tenantId, number.scheme, number.index],
  );
  return found.rows[0] === undefined ? null : toLink(found.rows[0] as Record<string, unknown>);
}

/** Ends the key's run with an answer; one that has ended already, by another who took it over, keeps the answer it has. */
export async function finishKey(
  client: pg.PoolClient,
  tenantId: string,
  key: string,
  answer: StoredAnswer & { readonly linkId: string },
): Promise<void> {
  await client.query(
    `UPDATE idempotency_key SET state = 'done', locked_until = NULL, status = $3, content_type = $4, body = $5, location = $6, link_id = $7
     WHERE tenant_id = $1 AND key = $2 AND state = 'running'`,
    [tenantId, key, answer.status, answer.contentType, answer.body, answer.location ?? null, answer.linkId],
  );
}

/** Writes subject, data key, link and event, or tells what a rival wrote first; that has committed by then. */
export async function insertLink(
  client: pg.PoolClient,
  link: NewLink,
): Promise<{ readonly created: LinkRow } | Exclude<LinkCreation, { created: LinkRow }>> {
  if (link.newSubject && !(await insertSubject(client, link))) {
    const subject = await subjectOf(client, link.tenantId, link.travellerRef);
    if (subject === null) throw new Error('a subject without a data key');
    return { subject };
  }
  const written = await client.query(
    `INSERT INTO link AS l (tenant_id, id, subject_id, connection_id, scheme, traveller_ref, organisation, member_number, member_index,
       member_masked, holder, handle, form, key_version, state, reason, verification, tier, consent, client_reference, metadata,
       next_action_at, created_at, updated_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
       clock.now + $22 * interval '1 ms', clock.now, clock.now FROM (SELECT clock_timestamp() AS now) clock
     ON CONFLICT (tenant_id, scheme, member_index) WHERE state <> 'removed' DO NOTHING
     RETURNING ${LINK_COLUMNS}`,
    [
      link.tenantId,
      link.id,
      link.subjectId,
      link.connectionId,
      link.scheme,
      link.travellerRef,
      link.organisation,
      link.sealed.memberNumber,
      link.memberIndex,
      link.memberMasked,
      link.sealed.holder,
      link.sealed.handle,
      link.verifyInMs === null ? null : link.sealed.form,
      link.key.version,
      link.state,
      link.reason,
      link.verification,
      link.tier,
      link.consent,
      link.clientReference,
      link.metadata,
      link.verifyInMs,
    ],
  );
  if (written.rows[0] === undefined) {
    const existing = await linkOfNumber(client, link.tenantId, { scheme: link.scheme, index: link.memberIndex });
    if (existing === null) throw new Error('the number was freed between two statements');
    return { existing };
  }
  const row = toLink(written.rows[0] as Record<string, unknown>);
  await tellLink(client, row, null);
  return { created: row };
}

/** The traveller's first link makes the subject and its key; false when a rival made them a moment ago. */
async function insertSubject(client: pg.PoolClient, link: NewLink): Promise<boolean> {
  const made = await client.query(
    'INSERT INTO subject (tenant_id, id, traveller_ref) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [link.tenantId, link.subjectId, link.travellerRef],
  );
  if (made.rowCount !== 1) return false;
  await client.query('INSERT INTO data_key (tenant_id, subject_id, version, wrapped) VALUES ($1, $2, $3, $4)', [
    link.tenantId,
    link.subjectId,
    link.key.version,
    link.key.wrapped,
  ]);
  return true;
}

/** The link's event for the version it has now. */
export async function tellLink(client: pg.PoolClient, row: LinkRow, from: string | null): Promise<void> {
  const type = row.state === 'active' ? 'link.activated' : `link.${row.state}`;
  await client.query(
    `INSERT INTO event (tenant_id, subject_kind, subject_id, sequence, link_id, type, from_state, to_state, detail, at)
     VALUES ($1, 'link', $2, $3, $2, $4, $5, $6, $7, $8)`,
    [
      row.tenantId,
      row.id,
      row.version,
      type,
      from,
      row.state,
      { scheme: row.scheme, reason: row.reason },
      row.updatedAt,
    ],
  );
}
