import type { Door } from './door.js';

/**
 * Puts every connection back in service, as it was before its supplier misbehaved: with credentials that nobody refused, at its full
 * rate, no breaker open and no incident standing. Processes see it about a second later, and count some calls of before even then.
 */
export async function backInService({ sql }: Pick<Door, 'sql'>): Promise<void> {
  for (const statement of BACK) await sql(statement);
}

const BACK = [
  `UPDATE connection SET state = 'live', reason = NULL, version = version + 1 WHERE state <> 'live'`,
  'DELETE FROM credential_refusal',
  'DELETE FROM call_tally',
  'DELETE FROM breaker',
  'DELETE FROM connection_quota',
  'UPDATE incident SET closed_at = greatest(clock_timestamp(), opened_at) WHERE closed_at IS NULL',
];
