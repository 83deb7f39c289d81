import { seed } from '../../src/compose/seed.js';
import { mintApiKey } from '../../src/privacy/api-key.js';
import type { Place, Tenant } from '../soak/place.js';

/** The bearer token that has a scope. */
export interface KeyOf {
  (scope: string): string;
}

/** The keys of a tenant by what they may do, with some that may do little. */
export async function keysFor({ ownerUrl, adminKey }: Place, tenant: Tenant): Promise<KeyOf> {
  const few = (['webhooks', 'reports'] as const).map((scope) => ({
    tenant: tenant.name,
    name: scope,
    token: mintApiKey('test').token,
    scopes: [scope],
  }));
  await seed({ ownerUrl, masterKey: Buffer.alloc(32), schemes: [], sandboxUrl: null, keys: few });
  return (scope) => {
    if (scope === 'admin') return adminKey;
    if (scope === 'support') return tenant.supportKey;
    return few.find(({ name }) => name === scope)?.token ?? tenant.platformKey;
  };
}
