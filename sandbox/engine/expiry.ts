import type { Member } from './members.js';

/** A lot of points and the last day on which they can be spent. */
export interface Lot {
  readonly points: number;
  readonly expiresOn: string;
}

/** The lots a balance consists of: half of what the member came with ends this year, the other half the next, the rest never. */
export function lotsOf(member: Member, balance: number, today: string): readonly Lot[] {
  const year = Number(today.slice(0, 4));
  const left = Math.max(0, Math.min(member.opening, balance));
  const first = Math.floor(left / 2);
  const lots = [
    { points: first, expiresOn: `${year}-12-31` },
    { points: left - first, expiresOn: `${year + 1}-12-31` },
  ];
  return lots.filter((lot) => lot.points > 0);
}
