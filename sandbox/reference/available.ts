import type { Member } from '../engine/members.js';
import type { Collection } from '../engine/store.js';
import { balanceOf, type Parts } from '../platform.js';

/** Points set aside by a hold that is neither confirmed nor released. */
interface SetAside {
  readonly memberNumber: string;
  readonly points: number;
  /** Unix milliseconds; from then on they are free again. */
  readonly until: number;
}

/** What members have set aside, and what that leaves them. */
export interface Available {
  place(id: string, setAside: SetAside): void;
  end(id: string): void;
  held(member: Member): number;
  /** The balance less what is held. */
  of(member: Member): number;
}

export function openAvailable(parts: Pick<Parts, 'books' | 'clock' | 'collection'>): Available {
  const places: Collection<SetAside & { readonly id: string }> = parts.collection('holds');
  const held = (member: Member): number => {
    const now = parts.clock();
    return Array.from(places.values())
      .filter(({ memberNumber, until }) => memberNumber === member.number && until > now)
      .reduce((sum, { points }) => sum + points, 0);
  };
  return {
    place: (id, setAside) => {
      for (const over of Array.from(places.values())) if (over.until <= parts.clock()) places.delete(over.id);
      places.set(id, { ...setAside, id });
    },
    end: (id) => {
      places.delete(id);
    },
    held,
    of: (member) => balanceOf(parts, member) - held(member),
  };
}
