import type { Books, Client, Operation } from './client.js';
import { SCENES } from './scenes.js';

/** One kind of posting at one scheme, on both sides; points are signed from the member. */
export interface BothSides {
  readonly scheme: string;
  readonly kind: string;
  readonly ours: Books['totals'];
  readonly theirs: Books['totals'];
}

/** What points a kind gives the member or takes, and in which order the kinds are shown. */
const SIGNS: Readonly<Record<string, 1 | -1>> = { accrual: 1, reversal: -1, redemption: -1, refund: 1 };
const NOTHING: Books['totals'] = { count: 0, points: 0 };

/** Both sides' books: what our operations say, and what the supplier applied. */
export async function bothBooks(client: Client): Promise<BothSides[]> {
  const { items } = await client.get<{ items: Operation[] }>('/v1/operations?limit=200');
  const effective = items.filter(({ state }) => state === 'posted' || state === 'confirmed');
  const perScheme = SCENES.map(async ({ scheme }) => {
    const ours = summed(
      effective
        .filter((operation) => operation.scheme === scheme)
        .map(({ kind, points, bonusPoints }) => ({ kind, points: (SIGNS[kind] ?? 0) * (points + bonusPoints) })),
    );
    const theirs = summed((await client.control<Books>('GET', `${scheme}/books`)).postings);
    const kinds = Object.keys(SIGNS).filter((kind) => ours.has(kind) || theirs.has(kind));
    return kinds.map((kind) => ({
      scheme,
      kind,
      ours: ours.get(kind) ?? NOTHING,
      theirs: theirs.get(kind) ?? NOTHING,
    }));
  });
  return (await Promise.all(perScheme)).flat();
}

export function differs({ ours, theirs }: BothSides): boolean {
  return ours.count !== theirs.count || ours.points !== theirs.points;
}

function summed(postings: readonly { readonly kind: string; readonly points: number }[]): Map<string, Books['totals']> {
  const sums = new Map<string, Books['totals']>();
  for (const { kind, points } of postings) {
    const sum = sums.get(kind) ?? NOTHING;
    sums.set(kind, { count: sum.count + 1, points: sum.points + points });
  }
  return sums;
}
