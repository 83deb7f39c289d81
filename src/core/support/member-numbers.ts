import type { Scheme } from '../../spec/scheme.js';
import type { MemberVault } from '../link/vault.js';
import { checkMemberNumber, normaliseMemberNumber } from '../link/member-number.js';
import { OPERATOR } from '../connection/operator.js';
import { invalid } from '../problem.js';
import type { MemberIndex, SearchStore } from './ports.js';

export interface MemberNumbersDeps {
  readonly schemes: () => Iterable<Scheme>;
  readonly vault: Pick<MemberVault, 'index'>;
  readonly store: Pick<SearchStore, 'knows'>;
}

/** No member number is longer. */
const LONGEST = 40;

/** The blind indexes of a text that may be a member number, by the rules of the schemes that are installed. */
export function indexesOf({ schemes, vault }: Pick<MemberNumbersDeps, 'schemes' | 'vault'>, text: string) {
  const number = normaliseMemberNumber(text);
  const found: MemberIndex[] = [];
  for (const { id, memberNumber } of schemes()) {
    if (checkMemberNumber(memberNumber, number) === 'ok') found.push({ scheme: id, index: vault.index(id, number) });
  }
  return found;
}

/** What a person wrote, by the pointers of where it stands in the request. */
export type Texts = Readonly<Record<string, string | undefined>>;

/** Throws a 422 for a text of somebody of this tenant that names a member. */
export type RefuseMemberNumbers = (tenantId: string, texts: Texts) => Promise<void>;

/**
 * Refuses a text of a person's own that names a member: it is kept as it is written, in rows and in what is made of
 * them, where no member number may stand. Only numbers that are linked are meant, found by their blind index; a ticket
 * that looks like one is left alone. A tenant learns of its own members alone; what the operator writes others read,
 * so that it may name nobody's.
 */
export async function refuseMemberNumbers(deps: MemberNumbersDeps, tenantId: string, texts: Texts): Promise<void> {
  const whose = tenantId === OPERATOR ? null : tenantId;
  for (const [pointer, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    const numbers = candidatesIn(text).flatMap((candidate) => indexesOf(deps, candidate));
    if (numbers.length > 0 && (await deps.store.knows(whose, numbers))) throw invalid(pointer, NAMES_A_MEMBER);
  }
}

const NAMES_A_MEMBER = { zh: '含有会员号，请改写', en: 'names a member number; say it without' };

/** Everything in a text that could be read as one number: runs of letters and digits, and neighbours written apart. */
export function candidatesIn(text: string): readonly string[] {
  const runs = text.normalize('NFKC').match(/[A-Za-z0-9]+/g) ?? [];
  const found = new Set<string>();
  for (const [start] of runs.entries()) {
    let joined = '';
    for (let end = start; end < runs.length && joined.length <= LONGEST; end += 1) {
      joined += runs[end] ?? '';
      if (joined.length <= LONGEST && /[0-9]/.test(joined)) found.add(joined);
    }
  }
  return [...found];
}
