/** A scheme's place in the story: the trips that earn, and what the points buy. */
export interface Scene {
  readonly scheme: string;
  /** A trip of its own for each index. */
  readonly trip: (index: number) => unknown;
  /** What a trip earns, where the scheme's terms cannot tell. */
  readonly points?: number;
  readonly reward?: (index: number) => { readonly reward: unknown; readonly price: unknown };
}

const yuan = (minor: number): { currency: string; minor: number } => ({ currency: 'CNY', minor });

export const RAILWAY = {
  scheme: 'china-railway',
  trip: (index: number) => journey(index, 55_300),
  reward: (index: number) => ({
    reward: { type: 'rail', orderNumber: `E20000${index}`, trainNumber: 'C2001', travelDate: '2026-12-05' },
    price: yuan(5_450),
  }),
} satisfies Scene;

/** A journey in business class: it earns the 10,000 points that a member of the railway must once have had to redeem. */
export const LONG_JOURNEY = { ...RAILWAY, trip: (index: number) => journey(index, 309_000) } satisfies Scene;

function journey(index: number, fare: number): unknown {
  return {
    type: 'rail',
    orderNumber: `E10000${index}`,
    trainNumber: 'G7',
    origin: 'BJP',
    destination: 'SHH',
    travelDate: '2026-11-20',
    fare: yuan(fare),
  };
}

export const AIRLINE = {
  scheme: 'northwind-air',
  trip: (index: number) => ({
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
  reward: () => ({
    reward: {
      type: 'flight',
      carrier: 'NW',
      flightNumber: '371',
      origin: 'PEK',
      destination: 'HKG',
      departureDate: '2026-12-12',
      bookingReference: 'NWQ7XM',
    },
    price: yuan(8_000),
  }),
} satisfies Scene;

export const HOTEL = {
  scheme: 'harbour-hotels',
  trip: (index: number) => ({
    type: 'stay',
    property: 'HBR01',
    confirmation: `7731${index}`,
    checkIn: '2026-11-16',
    checkOut: '2026-11-18',
  }),
  points: 2_400,
} satisfies Scene;

/** An airline that posts the night after the flight. */
export const CARRIER = {
  scheme: 'phoenix-miles',
  trip: (index: number) => ({
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
} satisfies Scene;

export const SCENES: readonly Scene[] = [AIRLINE, HOTEL, RAILWAY, CARRIER];
