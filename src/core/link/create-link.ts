import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../access/caller.js';
import { covers } from '../access/covers.js';
import type { Answer, IdempotentRequest, StoredAnswer } from '../answer.js';
import { invalid, Problem } from '../problem.js';
import type { Supplier, Suppliers } from '../supplier/ports.js';
import { linkView } from './link-view.js';
import type { CreateLink } from './links.js';
import { checkMemberNumber, maskMemberNumber, normaliseMemberNumber } from './member-number.js';
import type { CheckForm, KnownSubject, LinkRow, LinkStore, NewLink } from './ports.js';
import type { MemberVault } from './vault.js';
import { verify, type Verification } from './verify.js';

/** A link is verified inside the request for this long, then answered `pending` and verified on. */
const VERIFY_WITHIN_MS = 10_000;
const KEY_LOCK_MS = VERIFY_WITHIN_MS + 10_000;
const FIRST_TRY_AGAIN_MS = 2_000;

export interface CreateLinkDeps {
  readonly store: LinkStore;
  readonly suppliers: Suppliers;
  readonly vault: MemberVault;
  readonly checkForm: CheckForm;
}

/**
 * Makes a member number known: what can be checked here is checked before any call, the supplier verifies, then link, event and
 * answer commit together. A process that dies before that commit has stored nothing but the key's lock, which lapses.
 */
export async function createLink(
  deps: CreateLinkDeps,
  caller: Caller,
  input: CreateLink,
  request: IdempotentRequest,
): Promise<Answer> {
  const supplier = await supplierFor(deps.suppliers, caller, input.scheme);
  const memberNumber = checkedNumber(supplier, input.memberNumber);
  checkRest(deps, caller, input);
  const index = deps.vault.index(input.scheme, memberNumber);
  const began = await deps.store.begin(
    caller,
    request,
    { scheme: input.scheme, index },
    input.travellerRef,
    KEY_LOCK_MS,
  );
  if ('answered' in began) return began.answered;
  if ('existing' in began) return tellExisting(deps.store, caller, input, request, began.existing);
  try {
    const verification = await verify(supplier, { ...input, memberNumber }, VERIFY_WITHIN_MS);
    if (verification.outcome === 'refused') {
      throw new Problem('LINK_REFUSED', { reason: verification.reason, supplierCode: verification.supplierCode });
    }
    const ingredients = { caller, input, supplier, memberNumber, index, verification };
    return await write(deps, request, ingredients, began.subject);
  } catch (error) {
    await deps.store.release(caller, request.key);
    throw error;
  }
}

/** Two first links of one traveller may race to make the subject; the second is sealed anew under the first one's key. */
async function write(
  deps: CreateLinkDeps,
  request: IdempotentRequest,
  given: Ingredients,
  subject: KnownSubject | null,
): Promise<Answer> {
  const { caller, input, verification } = given;
  const status = verification.outcome === 'verified' ? 201 : 202;
  const link = newLink(deps.vault, given, subject);
  const written = await deps.store.create(caller, request.key, link, (row) => linkAnswer(row, status));
  if ('subject' in written) return write(deps, request, given, written.subject);
  if ('existing' in written) return tellExisting(deps.store, caller, input, request, written.existing);
  return { ...written.answer, replayed: false, linkId: written.created.id };
}

async function supplierFor(suppliers: Suppliers, caller: Caller, scheme: string): Promise<Supplier> {
  const connection = await suppliers.connectionFor(caller.tenantId, scheme);
  if (connection === null)
    throw new Problem('SCHEME_UNKNOWN', {
      errors: [{ pointer: '/scheme', message: 'no such scheme for this tenant' }],
    });
  return suppliers.of(connection.id);
}

/** Refused locally: costs the supplier nothing and the traveller no attempt. */
function checkedNumber(supplier: Supplier, raw: string): string {
  const number = normaliseMemberNumber(raw);
  const { memberNumber } = supplier.scheme;
  switch (checkMemberNumber(memberNumber, number)) {
    case 'ok':
      return number;
    case 'pattern':
      throw invalid('/memberNumber', `is not a member number of this scheme: ${memberNumber.description.en}`);
    case 'check-digit':
      throw invalid('/memberNumber', 'has a wrong check digit: one character is probably mistyped');
  }
}

function checkRest(deps: CreateLinkDeps, caller: Caller, input: CreateLink): void {
  const errors = deps.checkForm(input.scheme, input.form);
  if (errors.length > 0) throw new Problem('INVALID', { errors });
  if (!covers(caller, input.organisation ?? null)) throw new Problem('FORBIDDEN');
  const { scopes } = input.consent;
  if (scopes !== undefined && !scopes.includes('link')) throw new Problem('CONSENT_MISSING');
}

/** The same number for the same traveller gives the existing link; for another it is taken. */
async function tellExisting(
  store: LinkStore,
  caller: Caller,
  input: CreateLink,
  request: IdempotentRequest,
  existing: LinkRow,
): Promise<Answer> {
  const same = existing.travellerRef === input.travellerRef && covers(caller, existing.organisation);
  const answer = same ? linkAnswer(existing, 200) : request.refuse(new Problem('NUMBER_IN_USE'));
  await store.answer(caller, request.key, { ...answer, linkId: existing.id });
  return { ...answer, replayed: false, ...(same ? { linkId: existing.id } : {}) };
}

function linkAnswer(row: LinkRow, status: 200 | 201 | 202): StoredAnswer {
  const view = linkView(row);
  return { status, contentType: 'application/json', body: JSON.stringify(view), location: `/v1/links/${view.id}` };
}

interface Ingredients {
  readonly caller: Caller;
  readonly input: CreateLink;
  readonly supplier: Supplier;
  readonly memberNumber: string;
  readonly index: Buffer;
  readonly verification: Exclude<Verification, { outcome: 'refused' }>;
}

function newLink(vault: MemberVault, given: Ingredients, subject: KnownSubject | null): NewLink {
  const { caller, input, supplier, memberNumber, verification } = given;
  const { tenantId } = caller;
  const id = uuidv7();
  const subjectId = subject?.id ?? uuidv7();
  const key = subject?.key ?? vault.mintKey(tenantId, subjectId);
  const verified = verification.outcome === 'verified' ? verification.verified : null;
  const { holder } = input;
  // The form proves who someone is; once verified there is no reason to keep it.
  const form = verified === null ? input.form : {};
  return {
    tenantId,
    id,
    subjectId,
    connectionId: supplier.connectionId,
    scheme: input.scheme,
    travellerRef: input.travellerRef,
    organisation: input.organisation ?? null,
    memberMasked: maskMemberNumber(memberNumber),
    state: verified === null ? 'pending' : 'active',
    reason: null,
    verification: supplier.adapter.linking === undefined ? 'none' : 'supplier',
    tier: verified?.tier ?? null,
    consent: input.consent,
    clientReference: input.clientReference ?? null,
    metadata: input.metadata,
    memberIndex: given.index,
    key,
    newSubject: subject === null,
    sealed: vault.seal({ tenantId, subjectId, linkId: id }, key, {
      memberNumber,
      holder,
      handle: verified?.handle ?? {},
      form,
    }),
    verifyInMs: verified === null ? FIRST_TRY_AGAIN_MS : null,
  };
}
