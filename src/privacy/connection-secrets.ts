import { newDataKey, unwrapDataKey, wrapDataKey } from './data-key.js';
import { open, seal } from './envelope.js';
import type { MasterKey } from './master-key.js';

/** The operator itself, in whose name connections' secrets are sealed. */
export const OPERATOR_TENANT = '00000000-0000-0000-0000-000000000000';
/** The operator's subject under which the key for connections lies. */
export const CONNECTIONS_SUBJECT = '00000000-0000-0000-0000-000000000001';

const owner = (version: number) => ({ tenantId: OPERATOR_TENANT, subject: CONNECTIONS_SUBJECT, version });
const place = (connectionId: string) => ({
  tenantId: OPERATOR_TENANT,
  table: 'connection',
  column: 'secrets',
  rowId: connectionId,
});

/** Makes the operator's first key for connections, wrapped for storage. */
export function mintConnectionsKey(master: MasterKey): { readonly version: number; readonly wrapped: Buffer } {
  const { version, bytes } = newDataKey(1);
  return { version, wrapped: wrapDataKey(master, bytes, owner(version)) };
}

/** A connection's secrets, bound to that connection. */
export function sealConnectionSecrets(
  master: MasterKey,
  key: { readonly version: number; readonly wrapped: Buffer },
  connectionId: string,
  secrets: Readonly<Record<string, unknown>>,
): Buffer {
  return seal(unwrapDataKey(master, key.wrapped, owner(key.version)), JSON.stringify(secrets), place(connectionId));
}

/** Throws when they were moved, changed, or belong to another master key. */
export function openConnectionSecrets(
  master: MasterKey,
  key: { readonly version: number; readonly wrapped: Buffer },
  connectionId: string,
  sealed: Buffer,
): Readonly<Record<string, unknown>> {
  const opened = open(unwrapDataKey(master, key.wrapped, owner(key.version)), sealed, place(connectionId));
  return JSON.parse(opened.toString('utf8')) as Record<string, unknown>;
}
