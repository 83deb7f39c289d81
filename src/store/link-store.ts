import { randomUUID } from 'node:crypto';
import type { LinkStore } from '../core/link/ports.js';
import { toTypeId } from '../spec/typeid.js';
import { readKnownAccount, saveAccount } from './account-snapshots.js';
import { beginLink, finishKey, insertLink } from './create-link.js';
import { linksOfTraveller, listLinks, ownReferences, readLink, readSealed } from './link-reads.js';
import { claimPendingLinks, settlePendingLink } from './pending-links.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';
import { readTimeline } from './timeline.js';

export function createLinkStore(pools: Pools): LinkStore {
  const { app } = pools;
  return {
    begin: (caller, request, number, travellerRef, lockMs) =>
      asTenants(
        app,
        [caller.tenantId],
        (client) => beginLink(client, caller, request, number, travellerRef, lockMs),
        'link-key',
      ),
    release: (caller, key) =>
      asTenants(
        app,
        [caller.tenantId],
        async (client) => {
          await client.query(`DELETE FROM idempotency_key WHERE tenant_id = $1 AND key = $2 AND state = 'running'`, [
            caller.tenantId,
            key,
          ]);
        },
        'link-release',
      ),
    answer: (caller, key, answer) =>
      asTenants(app, [caller.tenantId], (client) => finishKey(client, caller.tenantId, key, answer), 'link-answer'),
    create: (caller, key, link, answerOf) =>
      asTenants(
        app,
        [caller.tenantId],
        async (client) => {
          const written = await insertLink(client, link);
          if (!('created' in written)) {
            // A rival was first: the traveller's subject, if it was made for this link alone, must not stay behind either.
            await client.query('ROLLBACK AND CHAIN');
            return written;
          }
          const answer = answerOf(written.created);
          await finishKey(client, caller.tenantId, key, { ...answer, linkId: written.created.id });
          return { ...written, answer };
        },
        (written) => ('created' in written ? 'link' : undefined),
      ),
    get: (caller, id) => readLink(pools, caller, id),
    list: (caller, filter, page) => listLinks(pools, caller, filter, page),
    ofTraveller: (caller, travellerRef) => linksOfTraveller(pools, caller, travellerRef),
    sealed: (caller, id) => readSealed(pools, caller, id),
    knownAccount: (caller, id) => readKnownAccount(pools, caller, id),
    saveAccount: (caller, link, account, askedMsAgo) => saveAccount(pools, caller, link, account, askedMsAgo),
    ours: (caller, id, references) => ownReferences(pools, caller, id, references),
    timeline: (caller, id, page) => readTimeline(pools, caller, id, page),
    audit: (caller, act, subject, reason) =>
      asTenants(app, [caller.tenantId], async (client) => {
        await client.query(
          'INSERT INTO audit (tenant_id, id, actor, act, subject, reason) VALUES ($1, $2, $3, $4, $5, $6)',
          [caller.tenantId, randomUUID(), toTypeId('key', caller.keyId), act, subject, reason],
        );
      }),
    claimPending: (limit, holdMs) => claimPendingLinks(pools, limit, holdMs),
    settlePending: settlePendingLink(pools),
  };
}
