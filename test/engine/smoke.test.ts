import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Bench, type Books, openBench, request, type SandboxMember } from '../support/gateway.js';
import { fromTypeId } from '../../src/spec/typeid.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

it.each(['china-railway', 'northwind-air', 'harbour-hotels', 'phoenix-miles'])(
  'links and accrues at %s',
  async (scheme) => {
    const [member] = await bench.sandbox.post<SandboxMember[]>(`${scheme}/members`, { count: 1 });
    if (member === undefined) throw new Error('no member');
    const input = {
      scheme,
      memberNumber: member.memberNumber,
      holder: {
        names: [
          {
            script: /\p{Script=Han}/u.test(member.familyName) ? ('Hani' as const) : ('Latn' as const),
            family: member.familyName,
            given: member.givenName,
          },
        ],
      },
      form: member.form,
      travellerRef: `t-${scheme}`,
      consent: { basis: 'contract', grantedAt: new Date().toISOString() },
      metadata: {},
    };
    const linked = await bench.gateway.links.create(bench.demo, input, request(input));
    expect(linked.status).toBe(201);
    const link = JSON.parse(linked.body) as { id: string };
    const linkId = fromTypeId('lnk', link.id) ?? '';
    const activity =
      scheme === 'harbour-hotels'
        ? {
            type: 'stay' as const,
            property: 'HBR01',
            confirmation: 'C1',
            checkIn: '2026-11-01',
            checkOut: '2026-11-03',
          }
        : scheme === 'china-railway'
          ? {
              type: 'rail' as const,
              orderNumber: 'E1',
              trainNumber: 'G1',
              travelDate: '2026-11-02',
              fare: { currency: 'CNY', minor: 55350 },
            }
          : {
              type: 'flight' as const,
              ticketNumber: '9991234567890',
              coupon: 1,
              marketingCarrier: 'CA',
              flightNumber: '1501',
              origin: 'PEK',
              destination: 'SHA',
              departureDate: '2026-11-01',
              bookingClass: 'Y',
            };
    const accepted = await bench.gateway.operations.accrue(
      bench.demo,
      { linkId, activity, points: 500, metadata: {} },
      request({ a: 1 }),
    );
    expect(accepted.status).toBe(202);
    await bench.gateway.operations.rested(accepted.operationId ?? '', 10);
    const operation = await bench.gateway.operations.get(bench.demo, accepted.operationId ?? '', 'en');
    console.log(JSON.stringify(operation), bench.errors);
    const books = await bench.sandbox.get<Books>(`${scheme}/books`);
    console.log(JSON.stringify(books));
    console.log(JSON.stringify(await bench.gateway.links.account(bench.demo, linkId, 0)));
  },
);
