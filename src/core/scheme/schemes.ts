import type { Capabilities } from '../../spec/capabilities.js';
import type { Scheme, Terms } from '../../spec/scheme.js';
import type { Bilingual } from '../../spec/values.js';

/** The contract's `Scheme`: what a platform may know of a scheme, nothing of its credentials. */
export interface SchemeView {
  readonly id: string;
  readonly name: Bilingual;
  readonly kind: Scheme['kind'];
  readonly adapter: string;
  readonly contract: Scheme['contract'];
  readonly capabilities: Capabilities;
  readonly permission: 'live' | 'read-only' | 'frozen' | 'purged';
  readonly health: 'ok' | 'degraded' | 'paused' | 'auth-failed' | 'no-connection';
  readonly terms: { readonly inForce: Terms | null; readonly toCome: readonly Terms[] };
  readonly linkForm: Readonly<Record<string, unknown>>;
  readonly memberNumber: { readonly pattern: string; readonly description: Bilingual };
  readonly pointsScale: number;
  readonly zone: string;
}

/** Schemes as one tenant sees them. */
export interface Schemes {
  list(tenantId: string): Promise<readonly SchemeView[]>;
  get(tenantId: string, scheme: string): Promise<SchemeView>;
}
