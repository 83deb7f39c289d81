/** What an API key may do. */
export const SCOPES = [
  'read',
  'read-numbers',
  'link',
  'accrue',
  'redeem',
  'webhooks',
  'reports',
  'support',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who is asking, as proven by the key; never by anything else in the request. */
export interface Caller {
  readonly tenantId: string;
  readonly keyId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** An organisation path such as `acme/sales`; the caller sees that path and everything below it. `null`: the whole tenant. */
  readonly organisation: string | null;
}

/** Finds the caller of a bearer token; `null` for an unknown, expired or revoked one. A revocation is felt within 5 s. */
export interface Authenticate {
  (token: string): Promise<Caller | null>;
}
