import type { Field } from '../engine/shape.js';
import type { Wire } from './answers.js';

/** Reads the body of `POST /redemptions`; throws a ShapeError at what is not as the contract has it. */
export function readRedemption(body: Field): Wire['RedemptionRequest'] {
  const beneficiaryNo = body.at('beneficiaryNo').optional((field) => field.text());
  const ticket = body.at('ticket');
  const price = ticket.at('price').optional((field) => ({
    currency: field.at('currency').text({ pattern: /^[A-Z]{3}$/ }),
    minor: field.at('minor').whole({ min: 0 }),
  }));
  return {
    reference: body.at('reference').text({ pattern: /^[0-9]{20}$/ }),
    memberNo: body.at('memberNo').text({ max: 32 }),
    points: body.at('points').whole({ min: 1 }),
    ticket: {
      type: ticket.at('type').oneOf(['rail', 'flight', 'stay']),
      orderNo: ticket.at('orderNo').text(),
      item: ticket.at('item').text(),
      date: ticket.at('date').date(),
      ...(price === undefined ? {} : { price }),
    },
    ...(beneficiaryNo === undefined ? {} : { beneficiaryNo }),
  };
}
