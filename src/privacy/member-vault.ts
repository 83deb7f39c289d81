import type { MemberHandle } from '../spec/adapter.js';
import type { Holder } from '../spec/values.js';
import type { MemberVault, OpenMember, SealedMember, WrappedKey } from '../core/link/ports.js';
import { blindIndex } from './blind-index.js';
import { newDataKey, unwrapDataKey, wrapDataKey } from './data-key.js';
import { open, seal, type DataKey } from './envelope.js';
import type { MasterKey } from './master-key.js';

interface Owner {
  readonly tenantId: string;
  readonly subjectId: string;
  readonly linkId: string;
}

/** Unwrapped keys are remembered, since a busy member's is needed for every call; bounded, and gone with the process. */
const REMEMBERED_AT_MOST = 10_000;

/** Seals and opens members' data under their subject's data key, each value bound to its tenant, column and link. */
export function createMemberVault(master: MasterKey): MemberVault {
  const remembered = new Map<string, DataKey>();

  const unwrap = (owner: Pick<Owner, 'tenantId' | 'subjectId'>, key: WrappedKey): DataKey => {
    const name = key.wrapped.toString('base64');
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const unwrapped = unwrapDataKey(master, key.wrapped, {
      tenantId: owner.tenantId,
      subject: owner.subjectId,
      version: key.version,
    });
    if (remembered.size >= REMEMBERED_AT_MOST) remembered.clear();
    remembered.set(name, unwrapped);
    return unwrapped;
  };

  const opened = (sealed: SealedMember, column: string, value: Buffer | null): string => {
    if (sealed.wrappedKey === null || value === null) throw new Error('the personal data of this link was erased');
    const key = unwrap(sealed, { version: sealed.keyVersion, wrapped: sealed.wrappedKey });
    return open(key, value, place(sealed, column)).toString('utf8');
  };

  return {
    mintKey: (tenantId, subjectId) => {
      const { version, bytes } = newDataKey(1);
      return { version, wrapped: wrapDataKey(master, bytes, { tenantId, subject: subjectId, version }) };
    },
    seal: (owner, key, secrets) => {
      const dataKey = unwrap(owner, key);
      return {
        memberNumber: seal(dataKey, secrets.memberNumber, place(owner, 'member_number')),
        holder: seal(dataKey, JSON.stringify(secrets.holder), place(owner, 'holder')),
        handle: seal(dataKey, JSON.stringify(secrets.handle), place(owner, 'handle')),
        form: seal(dataKey, JSON.stringify(secrets.form), place(owner, 'form')),
      };
    },
    sealHandle: (owner, key, handle) => seal(unwrap(owner, key), JSON.stringify(handle), place(owner, 'handle')),
    open: (sealed): OpenMember => ({
      memberNumber: opened(sealed, 'member_number', sealed.memberNumber),
      holder: JSON.parse(opened(sealed, 'holder', sealed.holder)) as Holder,
      handle: JSON.parse(opened(sealed, 'handle', sealed.handle)) as MemberHandle,
    }),
    openForm: (sealed) =>
      sealed.form === null ? {} : (JSON.parse(opened(sealed, 'form', sealed.form)) as Record<string, string>),
    index: (scheme, normalisedNumber) => blindIndex(master, scheme, normalisedNumber),
  };
}

function place(owner: Pick<Owner, 'tenantId' | 'linkId'>, column: string) {
  return { tenantId: owner.tenantId, table: 'link', column, rowId: owner.linkId };
}
