import { limitedSchemes } from '../limited-schemes.js';

/** What a supplier allows for each accrual that comes, so that a backlog drains; and how many seconds' worth may wait. */
const ROOM = 1.4;
const WAITING_S = 4;

/** The reference schemes with limits that fit so many accruals a second, in a folder of their own. */
export function boundedSchemes(perSecond: number): ReturnType<typeof limitedSchemes> {
  return limitedSchemes({ perSecond: Math.ceil(perSecond * ROOM), backlog: perSecond * WAITING_S });
}
