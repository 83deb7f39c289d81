import { setTimeout as pause } from 'node:timers/promises';
import type { Books, Client, Link, Member, Operation } from './client.js';

/** One line of what happened. */
export interface Step {
  readonly what: string;
  readonly scheme: string;
  readonly outcome: string;
  readonly ms: number;
}

/** A scheme's place in the story, with the trip that earns. */
interface Scene {
  readonly scheme: string;
  readonly trip: (index: number) => unknown;
  readonly points?: number;
}

const RAILWAY: Scene = {
  scheme: 'china-railway',
  trip: (index) => ({
    type: 'rail',
    orderNumber: `E10000${index}`,
    trainNumber: 'G7',
    origin: 'BJP',
    destination: 'SHH',
    travelDate: '2026-11-20',
    fare: { currency: 'CNY', minor: 55_300 },
  }),
};
const AIRLINE: Scene = {
  scheme: 'northwind-air',
  trip: (index) => ({
    type: 'flight',
    ticketNumber: `78420000000${index}0`,
    coupon: 1,
    marketingCarrier: 'NW',
    flightNumber: '815',
    origin: 'PEK',
    destination: 'LHR',
    departureDate: '2026-11-18',
    bookingClass: 'Y',
  }),
  points: 5_062,
};
const HOTEL: Scene = {
  scheme: 'harbour-hotels',
  trip: (index) => ({
    type: 'stay',
    property: 'HBR01',
    confirmation: `7731${index}`,
    checkIn: '2026-11-16',
    checkOut: '2026-11-18',
  }),
  points: 2_400,
};
const CARRIER: Scene = {
  scheme: 'phoenix-miles',
  trip: (index) => ({
    type: 'flight',
    ticketNumber: `99920000000${index}0`,
    coupon: 1,
    marketingCarrier: 'CA',
    flightNumber: '1501',
    origin: 'PEK',
    destination: 'SHA',
    departureDate: '2026-11-19',
    bookingClass: 'Y',
  }),
  points: 675,
};
const SCENES = [AIRLINE, HOTEL, RAILWAY, CARRIER];

/** Tells the whole story against a running gateway; `tell` hears each step when it is over. */
export async function tellStory(client: Client, tell: (step: Step) => void): Promise<void> {
  const timed = async (what: string, scene: Scene, act: () => Promise<string>): Promise<void> => {
    const from = performance.now();
    const outcome = await act();
    tell({ what, scheme: scene.scheme, outcome, ms: Math.round(performance.now() - from) });
  };
  const links = new Map<Scene, Link>();
  for (const scene of SCENES) {
    await timed('link a member', scene, async () => {
      const link = await linkMember(client, scene);
      links.set(scene, link);
      return `${link.state}, number shown as ${link.memberNumber}`;
    });
  }
  const linkOf = (scene: Scene): string => links.get(scene)?.id ?? '';
  const accrue = (scene: Scene, index: number, wait: number): Promise<Operation> =>
    client.post<Operation>(
      '/v1/accruals',
      {
        linkId: linkOf(scene),
        activity: scene.trip(index),
        ...(scene.points === undefined ? {} : { points: scene.points }),
      },
      wait > 0 ? { prefer: `wait=${wait}` } : {},
    );

  for (const scene of [AIRLINE, HOTEL, RAILWAY]) {
    await timed('post an accrual', scene, async () => spoken(await accrue(scene, 2, 10)));
  }
  // Proof of absence takes its time; it goes on beside the rest of the story.
  await client.control('PUT', `${HOTEL.scheme}/faults`, { seed: 1, rates: { dropBeforeCommit: 1 } });
  const lostRequest = await accrue(HOTEL, 1, 0);
  await settledBeyond(client, lostRequest.id, ['queued', 'sending']);
  await client.control('DELETE', `${HOTEL.scheme}/faults`);

  await timed('send the same trip again', RAILWAY, async () => {
    const again = await accrue(RAILWAY, 2, 10);
    return `the first operation again: ${again.reference}`;
  });
  await timed('lose the answer after the commit', AIRLINE, async () => {
    await client.control('PUT', `${AIRLINE.scheme}/faults`, { seed: 1, rates: { commitThenDrop: 1 } });
    const lost = await accrue(AIRLINE, 3, 0);
    const unknown = await settledBeyond(client, lost.id, ['queued', 'sending']);
    await client.control('DELETE', `${AIRLINE.scheme}/faults`);
    const posted = await settledBeyond(client, lost.id, ['unknown', 'sending']);
    const rows = await rowsOf(client, AIRLINE.scheme, posted.reference);
    return `${unknown.state}, then ${posted.state} by the same key: ${posted.attempts} attempts, ${rows} row at the supplier`;
  });
  await timed('post the night after', CARRIER, async () => {
    const accepted = await accrue(CARRIER, 4, 10);
    await client.control('POST', `${CARRIER.scheme}/close-day`, {});
    const posted = await settledBeyond(client, accepted.id, ['submitted']);
    return `${accepted.state}, then ${posted.state} by the supplier's signed push`;
  });
  await timed('take some of it back', RAILWAY, async () => {
    const posted = await accrue(RAILWAY, 5, 10);
    const path = `/v1/accruals/${posted.id}/reversal`;
    const reversal = await client.post<Operation>(
      path,
      { points: 1_000, reason: 'ticket partly refunded' },
      { prefer: 'wait=10' },
    );
    return `${posted.points} earned, ${reversal.points} taken back: ${reversal.state}`;
  });
  await timed('lose the request before the commit', HOTEL, async () => {
    const posted = await settledBeyond(client, lostRequest.id, ['unknown', 'queued', 'sending']);
    const rows = await rowsOf(client, HOTEL.scheme, posted.reference);
    return `looked up until its absence was proven, sent again: ${posted.state}, ${posted.attempts} attempts, ${rows} row at the supplier`;
  });
}

/** Both sides' books of every scheme: what our operations say, and what the supplier applied. */
export async function bothBooks(
  client: Client,
): Promise<{ scheme: string; ours: Books['totals']; theirs: Books['totals'] }[]> {
  const { items } = await client.get<{ items: Operation[] }>('/v1/operations?limit=200');
  const posted = items.filter((operation) => operation.state === 'posted');
  return Promise.all(
    SCENES.map(async ({ scheme }) => {
      const mine = posted.filter((operation) => operation.scheme === scheme);
      const points = mine.reduce(
        (sum, one) => sum + (one.kind === 'reversal' ? -1 : 1) * (one.points + one.bonusPoints),
        0,
      );
      const books = await client.control<Books>('GET', `${scheme}/books`);
      return { scheme, ours: { count: mine.length, points }, theirs: books.totals };
    }),
  );
}

async function linkMember(client: Client, { scheme }: Scene): Promise<Link> {
  const [member] = await client.control<Member[]>('POST', `${scheme}/members`, { count: 1 });
  if (member === undefined) throw new Error(`the sandbox made no member at ${scheme}`);
  const { memberNumber, familyName, givenName, form } = member;
  return client.post<Link>('/v1/links', {
    scheme,
    memberNumber,
    holder: { familyName, givenName },
    form,
    travellerRef: 'traveller-1',
    consent: { basis: 'contract', grantedAt: new Date().toISOString() },
  });
}

const GIVE_UP_AFTER_MS = 50_000;

/** Reads an operation until it has left these states. */
async function settledBeyond(client: Client, id: string, states: readonly string[]): Promise<Operation> {
  const until = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    const operation = await client.get<Operation>(`/v1/operations/${id}`);
    if (!states.includes(operation.state)) return operation;
    if (performance.now() > until) throw new Error(`${id} stayed ${operation.state}`);
    await pause(50);
  }
}

async function rowsOf(client: Client, scheme: string, reference: string): Promise<number> {
  const books = await client.control<Books>('GET', `${scheme}/books`);
  return books.postings.filter((posting) => posting.reference === reference).length;
}

function spoken(operation: Operation): string {
  return `${operation.state}, ${operation.points} points, supplier reference ${operation.supplierReference ?? 'none'}`;
}
