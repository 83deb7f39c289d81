import type { Activity } from '../../src/spec/activity.js';
import type { Caller } from '../../src/core/access/caller.js';
import type { Holder } from '../../src/spec/values.js';
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
    members.map(async (member, index) => {
      const input = linkInput(scheme, member, `traveller-${scheme}-${index}`);
      const answer = await bench.gateway.links.create(caller, input, request(input));
      if (answer.status !== 201) throw new Error(`link: ${answer.status} ${answer.body}`);
      return fromTypeId('lnk', (JSON.parse(answer.body) as { id: string }).id) ?? '';
    }),
  );
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
