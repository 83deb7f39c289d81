import type { Authenticate, Caller, Scope } from '../core/request/ports.js';
import type { Pools } from './pools.js';

/** A revocation is felt within this time; an unknown token is remembered as briefly, so that garbage costs one query. */
const REMEMBER_MS = 4_000;
const REMEMBERED_AT_MOST = 10_000;

/** Finds callers by the hash of their token. `hash` gives null for what cannot be a token of ours. */
export function createAuthenticate({ relay }: Pools, hash: (token: string) => Buffer | null): Authenticate {
  const remembered = new Map<string, { readonly until: number; readonly caller: Promise<Caller | null> }>();
  return async (token) => {
    const keyHash = hash(token);
    if (keyHash === null) return null;
    const name = keyHash.toString('base64');
    const known = remembered.get(name);
    if (known !== undefined && known.until > performance.now()) return known.caller;
    if (remembered.size >= REMEMBERED_AT_MOST) remembered.clear();
    const caller = readKey(relay, keyHash);
    remembered.set(name, { until: performance.now() + REMEMBER_MS, caller });
    caller.catch(() => remembered.delete(name));
    return caller;
  };
}

async function readKey(relay: Pools['relay'], keyHash: Buffer): Promise<Caller | null> {
  const found = await relay.query<{ tenant_id: string; id: string; scopes: Scope[]; organisation: string | null }>({
    name: 'read-api-key',
    text: `SELECT tenant_id, id, scopes, organisation FROM api_key
      WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())`,
    values: [keyHash],
  });
  const row = found.rows[0];
  if (row === undefined) return null;
  return { tenantId: row.tenant_id, keyId: row.id, scopes: new Set(row.scopes), organisation: row.organisation };
}
