import { expect } from '@jest/globals';
import type { components } from '../../contracts/generated/gateway.js';
import { eventually } from '../support/eventually.js';
import type { Books, SandboxMember } from '../support/gateway.js';
import { activityFor } from '../support/travellers.js';
import type { Answered, Ask, Door, SchemeId } from './door.js';

export type Link = components['schemas']['Link'];
export type Operation = components['schemas']['Operation'];

/** A door to ask at, and the suppliers behind it. */
export type Place = Pick<Door, 'ask' | 'sandbox'>;

/** Fresh members of a scheme. */
export async function membersOf(door: Place, scheme: SchemeId, count: number): Promise<SandboxMember[]> {
  return door.sandbox.post<SandboxMember[]>(`${scheme}/members`, { count });
}

export async function memberOf(door: Place, scheme: SchemeId): Promise<SandboxMember> {
  const [member] = await membersOf(door, scheme, 1);
  if (member === undefined) throw new Error('the sandbox made no member');
  return member;
}

/** The body of a link request that the supplier verifies. */
export function linkBody(scheme: SchemeId, member: SandboxMember, travellerRef: string) {
  const { memberNumber, familyName, givenName, form } = member;
  const consent = { basis: 'contract', grantedAt: '2026-01-01T00:00:00Z' };
  return { scheme, memberNumber, holder: { familyName, givenName }, form, travellerRef, consent };
}

/** Links a member and fails unless that is done at once; `more` goes into the body. */
export async function linked(
  door: Place,
  scheme: SchemeId,
  travellerRef: string,
  { key, ...more }: { key?: string } & Readonly<Record<string, unknown>> = {},
): Promise<{ link: Link; member: SandboxMember }> {
  const member = await memberOf(door, scheme);
  const body = { ...linkBody(scheme, member, travellerRef), ...more };
  const answer = await door.ask('POST', '/v1/links', { body, ...(key === undefined ? {} : { key }) });
  expect([answer.status, answer.json['code']]).toEqual([201, undefined]);
  return { link: answer.json as unknown as Link, member };
}

let trips = 0;
/** A trip that was never posted, of the kind the scheme carries. */
export function newTrip(scheme: SchemeId) {
  trips += 1;
  return activityFor(scheme, trips);
}

/** Asks for 500 points for a new trip; `more` goes over the body. */
export async function accrue(door: Place, link: Link, more: object = {}, ask: Ask = {}): Promise<Answered> {
  const body = { linkId: link.id, activity: newTrip(link.scheme as SchemeId), points: 500, ...more };
  return door.ask('POST', '/v1/accruals', { ...ask, body });
}

/** The operation of an answer that carries one. */
export function operationIn(answer: Answered): Operation {
  expect(answer.json['code']).toBeUndefined();
  return answer.json as unknown as Operation;
}

export async function operationOf(door: Place, id: string): Promise<Operation> {
  return operationIn(await door.ask('GET', `/v1/operations/${id}`));
}

/** Waits until an operation stands in a state. */
export async function inState(
  door: Place,
  id: string,
  state: Operation['state'],
  withinMs = 20_000,
): Promise<Operation> {
  return eventually(
    () => operationOf(door, id),
    (operation) => operation.state === state,
    { withinMs },
  );
}

/** A posted accrual of 500 points. */
export async function posted(door: Place, link: Link, more: object = {}): Promise<Operation> {
  const answer = await accrue(door, link, more, { headers: { prefer: 'wait=20' } });
  expect([answer.status, answer.json['state']]).toEqual([200, 'posted']);
  return operationIn(answer);
}

/** What the supplier really did under a reference of ours. */
export async function effects(door: Place, scheme: SchemeId, reference: string): Promise<Books['postings']> {
  const { postings } = await door.sandbox.get<Books>(`${scheme}/books`);
  return postings.filter((posting) => posting.reference === reference);
}

/** Runs something while a scheme misbehaves in every exchange, and puts it right again however that ends. */
export async function during<T>(door: Place, scheme: SchemeId, fault: string, act: () => Promise<T>): Promise<T> {
  await door.sandbox.put(`${scheme}/faults`, { seed: 1, rates: { [fault]: 1 } });
  try {
    return await act();
  } finally {
    await door.sandbox.delete(`${scheme}/faults`);
  }
}
