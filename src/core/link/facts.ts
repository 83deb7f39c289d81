import type { LinkState } from './links.js';

/** What accepting an operation needs to know of a link; nothing personal. `consentScopes` is null when all were given. */
export interface LinkFacts {
  readonly tenantId: string;
  readonly id: string;
  readonly scheme: string;
  readonly connectionId: string;
  readonly organisation: string | null;
  readonly state: LinkState;
  readonly consentScopes: readonly string[] | null;
}

/** A link's personal data as it is stored, with the wrapped key that opens it. `null` where there is none. */
export interface SealedMember {
  readonly tenantId: string;
  readonly linkId: string;
  readonly subjectId: string;
  readonly keyVersion: number;
  readonly wrappedKey: Buffer | null;
  readonly memberNumber: Buffer | null;
  readonly holder: Buffer | null;
  readonly handle: Buffer | null;
}
