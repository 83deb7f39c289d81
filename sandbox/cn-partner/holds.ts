import type { Member } from '../engine/members.js';
import type { Collection } from '../engine/store.js';
import { balanceOf, type Parts } from '../platform.js';

/** Points set aside for a redemption that is neither confirmed nor released. */
export interface Hold {
  readonly reference: string;
  readonly memberNo: string;
  readonly points: number;
  /** Unix milliseconds; from then on the points are free again, whether or not anybody asks. */
  readonly until: number;
}

/** The holds of a brand. */
export interface Holds {
  place(hold: Hold): void;
  end(reference: string): void;
  /** What a member can spend: the balance less what is held. */
  available(member: Member): number;
}

export function openHolds(parts: Pick<Parts, 'books' | 'clock'>, memory: Collection<Hold>): Holds {
  const forgetOver = (): void => {
    for (const { reference, until } of Array.from(memory.values())) {
      if (until <= parts.clock()) memory.delete(reference);
    }
  };
  return {
    place: (hold) => {
      forgetOver();
      memory.set(hold.reference, hold);
    },
    end: (reference) => {
      memory.delete(reference);
    },
    available: (member) => {
      const now = parts.clock();
      let available = balanceOf(parts, member);
      for (const { memberNo, points, until } of memory.values()) {
        if (memberNo === member.number && until > now) available -= points;
      }
      return available;
    },
  };
}
