import type { Activity } from '../../src/spec/activity.js';
import type { Caller } from '../../src/core/access/caller.js';
import type { Holder } from '../../src/spec/values.js';
import type { Reward } from '../../src/spec/reward.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { holderFromShort } from '../../src/core/link/holder.js';
import type { CreateLink } from '../../src/core/link/links.js';
import { type Bench, request, type SandboxMember } from './gateway.js';

/** A link request for a member that the sandbox made. */
export function linkInput(scheme: string, member: SandboxMember, travellerRef: string): CreateLink {
  const holder: Holder = holderFromShort(member.familyName, member.givenName);
  return {
    scheme,
    memberNumber: member.memberNumber,
    holder,
    form: member.form,
    travellerRef,
    consent: { basis: 'contract', grantedAt: '2026-01-01T00:00:00Z' },
    metadata: {},
  };
}

/** Links `count` fresh members of a scheme; gives their link ids (UUIDs). */
export async function linkMembers(bench: Bench, caller: Caller, scheme: string, count: number): Promise<string[]> {
  const members = await bench.sandbox.post<SandboxMember[]>(`${scheme}/members`, { count });
  return Promise.all(
    members.map((member, index) => linkMember(bench, caller, scheme, member, `traveller-${scheme}-${index}`)),
  );
}

async function linkMember(
  bench: Bench,
  caller: Caller,
  scheme: string,
  member: SandboxMember,
  travellerRef: string,
): Promise<string> {
  const input = linkInput(scheme, member, travellerRef);
  const answer = await bench.gateway.links.create(caller, input, request(input));
  if (answer.status !== 201) throw new Error(`link: ${answer.status} ${answer.body}`);
  return fromTypeId('lnk', (JSON.parse(answer.body) as { id: string }).id) ?? '';
}

/** A linked member with what the sandbox gave it. */
export interface Spender {
  readonly linkId: string;
  readonly member: SandboxMember;
}

/** A fresh linked member of a scheme whose balance is as the test wants it; the sandbox gives 1,000 to 30,000 points. */
export async function linkSpender(
  bench: Bench,
  caller: Caller,
  scheme: string,
  balance: { readonly atLeast?: number; readonly below?: number } = { atLeast: 15_000 },
): Promise<Spender> {
  const { atLeast = 0, below = Infinity } = balance;
  for (let tries = 0; tries < 20; tries += 1) {
    const members = await bench.sandbox.post<SandboxMember[]>(`${scheme}/members`, { count: 10 });
    const member = members.find((one) => one.balance >= atLeast && one.balance < below);
    if (member === undefined) continue;
    return { member, linkId: await linkMember(bench, caller, scheme, member, `spender-${member.memberNumber}`) };
  }
  throw new Error('the sandbox makes no member with such a balance');
}

/** Has a redemption of so many points accepted; gives the operation's id. */
export async function redeemPoints(
  bench: Bench,
  caller: Caller,
  { scheme, linkId, points }: { readonly scheme: string; readonly linkId: string; readonly points: number },
): Promise<string> {
  const ask = { linkId, reward: rewardFor(scheme), points };
  const quote = await bench.gateway.redemptions.quote(caller, ask, 'en');
  const input = { quoteId: fromTypeId('qte', quote.id) ?? '', metadata: {} };
  const answer = await bench.gateway.redemptions.redeem(caller, input, request(input));
  if (answer.operationId === undefined) throw new Error(`redeem: ${answer.status} ${answer.body}`);
  return answer.operationId;
}

/** A reward that the scheme sells. */
export function rewardFor(scheme: string): Reward {
  if (scheme === 'china-railway') {
    return { type: 'rail', orderNumber: 'E1', trainNumber: 'G1', travelDate: '2026-12-02' };
  }
  return {
    type: 'flight',
    carrier: 'NW',
    flightNumber: '1501',
    origin: 'PEK',
    destination: 'SHA',
    departureDate: '2026-12-01',
  };
}

/** An activity that the scheme can carry, another one for each `index`. */
export function activityFor(scheme: string, index: number): Activity {
  switch (scheme) {
    case 'china-railway':
      return {
        type: 'rail',
        orderNumber: `E${index}`,
        trainNumber: 'G1',
        travelDate: '2026-11-02',
        fare: { currency: 'CNY', minor: 55_300 },
      };
    case 'harbour-hotels':
      return {
        type: 'stay',
        property: 'HBR01',
        confirmation: `C${index}`,
        checkIn: '2026-11-01',
        checkOut: '2026-11-03',
      };
    default:
      return {
        type: 'flight',
        ticketNumber: String(9_990_000_000_000 + index),
        coupon: 1,
        marketingCarrier: 'NW',
        flightNumber: '1501',
        origin: 'PEK',
        destination: 'SHA',
        departureDate: '2026-11-01',
        bookingClass: 'Y',
      };
  }
}
