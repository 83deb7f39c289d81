import type { MemberHandle } from '../../spec/adapter.js';
import type { Holder } from '../../spec/values.js';
import type { SealedMember } from './facts.js';

/** A member's data in clear, for the length of one call. */
export interface OpenMember {
  readonly memberNumber: string;
  readonly holder: Holder;
  readonly handle: MemberHandle;
}

/** What a link keeps sealed. */
export interface MemberSecrets {
  readonly memberNumber: string;
  readonly holder: Holder;
  readonly handle: MemberHandle;
  readonly form: Readonly<Record<string, string>>;
}

/** A data key as it is stored, to be written before or with what it seals. */
export interface WrappedKey {
  readonly version: number;
  readonly wrapped: Buffer;
}

/** The sealed columns of a link. */
export interface SealedSecrets {
  readonly memberNumber: Buffer;
  readonly holder: Buffer;
  readonly handle: Buffer;
  readonly form: Buffer;
}

/** Seals and opens members' data; the only place where a member number is in clear outside a request or a supplier call. */
export interface MemberVault {
  /** Makes the first data key of a subject. */
  mintKey(tenantId: string, subjectId: string): WrappedKey;
  seal(
    owner: { readonly tenantId: string; readonly subjectId: string; readonly linkId: string },
    key: WrappedKey,
    secrets: MemberSecrets,
  ): SealedSecrets;
  /** Seals only the supplier's ids, when a verification brings them later. */
  sealHandle(
    owner: { readonly tenantId: string; readonly subjectId: string; readonly linkId: string },
    key: WrappedKey,
    handle: MemberHandle,
  ): Buffer;
  /** Throws when the data was erased, swapped or belongs to another master key. */
  open(sealed: SealedMember): OpenMember;
  /** What a pending link's form held. */
  openForm(sealed: SealedMember & { readonly form: Buffer | null }): Readonly<Record<string, string>>;
  /** The same number of the same scheme always gives the same 32 bytes. */
  index(scheme: string, normalisedNumber: string): Buffer;
}
