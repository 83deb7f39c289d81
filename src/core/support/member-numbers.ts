import type { Scheme } from '../../spec/scheme.js';
import type { MemberVault } from '../link/vault.js';
import { checkMemberNumber, normaliseMemberNumber } from '../link/member-number.js';
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

/**
 * Refuses a text of a person's own that names a member of this tenant: it is kept as it is written, in rows and in what
 * is made of them, where no member number may stand. Only numbers that are linked are meant, found by their blind index;
 * a ticket that looks like one is left alone.
 */
export async function refuseMemberNumbers(
  deps: MemberNumbersDeps,
  tenantId: string,
  texts: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  for (const [pointer, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    const numbers = candidatesIn(text).flatMap((candidate) => indexesOf(deps, candidate));
    if (numbers.length > 0 && (await deps.store.knows(tenantId, numbers))) {
      throw invalid(pointer, 'names a member number; say it without');
    }
  }
}

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
