import { addDays, type Clock, localDate } from './clock.js';
import { makeMemberNumber } from './member-number.js';
import { makeName, type MemberName } from './names.js';
import { type Random, seededRandom } from './random.js';
import type { SandboxScheme } from './scheme-file.js';
import type { Collection } from './store.js';

/** A member as the simulated supplier registered it; what changes afterwards is in the books. */
export interface Member extends MemberName {
  readonly number: string;
  /** 1 for the first member of a scheme; suppliers make their own ids of it. */
  readonly serial: number;
  /** Of the request that created the member. */
  readonly seed: number;
  /** Points the member had on joining the sandbox. */
  readonly opening: number;
  readonly tier: string;
  /** Points that count for the tier, on joining. */
  readonly qualifying: number;
  readonly joinedOn: string;
  readonly idLast4: string;
}

export interface Members {
  /**
   * The same seed always names the same members: those it created before are returned as they are now. Throws a RangeError
   * when the scheme's numbers are too short for so many.
   */
  create(count: number, seed: number): readonly Member[];
  byNumber(number: string): Member | undefined;
  bySerial(serial: number): Member | undefined;
}

/** Qualifying points at which the next tier begins, in the proportions of the railway's published table. */
const TIER_STEPS = [0, 50_000, 150_000, 250_000];

export function openMembers(scheme: SandboxScheme, clock: Clock, memory: Collection<Member>): Members {
  const bySerial = Array.from(memory.values());

  const register = (number: string, seed: number, random: Random): Member | null => {
    const made = makeMember(scheme, localDate(clock(), scheme.zone), random);
    const known = memory.get(number);
    if (known) return known.seed === seed ? known : null;
    const member = { ...made, number, seed, serial: bySerial.length + 1 };
    memory.set(number, member);
    bySerial.push(member);
    return member;
  };
  return {
    create: (count, seed) => {
      const random = seededRandom(seed);
      const chosen = new Map<string, Member>();
      for (let tries = 0; chosen.size < count; tries += 1) {
        if (tries > 20 * count + 100) throw new RangeError(`${scheme.id} has no numbers for ${count} more members`);
        const member = register(makeMemberNumber(scheme.numbers, random), seed, random);
        if (member) chosen.set(member.number, member);
      }
      return Array.from(chosen.values());
    },
    byNumber: (number) => memory.get(number),
    bySerial: (serial) => bySerial[serial - 1],
  };
}

function makeMember(scheme: SandboxScheme, today: string, random: Random): Omit<Member, 'number' | 'serial' | 'seed'> {
  const tiers = scheme.tiers.length === 0 ? ['member'] : scheme.tiers;
  const step = Math.min(Math.floor(-Math.log2(1 - random.next())), tiers.length - 1, TIER_STEPS.length - 1);
  return {
    ...makeName(scheme.script, random),
    opening: 1_000 + random.below(29_000),
    tier: tiers[step] ?? 'member',
    qualifying: (TIER_STEPS[step] ?? 0) + random.below(10_000),
    joinedOn: addDays(today, -30 - random.below(3_000)),
    idLast4: String(random.below(10_000)).padStart(4, '0'),
  };
}
