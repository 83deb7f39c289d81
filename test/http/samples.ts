import { LINK_ID } from './fakes.js';

/** Bodies that are right in every way; tests break one thing at a time. */
export const linkBody = {
  scheme: 'northwind-air',
  memberNumber: 'NW12345678',
  holder: { familyName: 'Meyer', givenName: 'Anna' },
  travellerRef: 'emp-1001',
  consent: { basis: 'contract', grantedAt: '2025-01-01T08:00:00Z' },
};

export const otherActivity = { type: 'other', reference: 'gift-1', description: 'Welcome', date: '2024-02-29' };

export const flightActivity = {
  type: 'flight',
  ticketNumber: '9991234567890',
  coupon: 1,
  marketingCarrier: 'NW',
  flightNumber: '123',
  origin: 'PVG',
  destination: 'HKG',
  departureDate: '2025-01-02',
  bookingClass: 'Y',
};

export const stayActivity = {
  type: 'stay',
  property: 'HH-SHA',
  confirmation: 'C1',
  checkIn: '2025-01-02',
  checkOut: '2025-01-04',
};

export const railActivity = {
  type: 'rail',
  orderNumber: 'E1',
  trainNumber: 'G7',
  origin: '北京南',
  destination: '上海虹桥',
  travelDate: '2025-01-02',
  fare: { currency: 'CNY', minor: 55300 },
};

export const accrualBody = { linkId: LINK_ID, activity: otherActivity, points: 500 };

export const reversalBody = { points: 200, reason: 'Fare difference refunded' };
