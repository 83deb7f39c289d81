import { expect } from '@jest/globals';
import type { components } from '../../contracts/generated/gateway.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { eventually } from '../support/eventually.js';
import type { Answered, Ask, Door, SchemeId } from './door.js';
import { accrue, type Link, type Operation, operationIn, operationOf, type Place } from './requests.js';

export type Reconciliation = components['schemas']['Reconciliation'];
export type Break = components['schemas']['Break'];
export type Resync = components['schemas']['Resync'];
export type ResyncItem = components['schemas']['ResyncItem'];

/** Ways in which a simulated supplier's account of a day differs from its books. */
export const MISCHIEF = ['drop-line', 'extra-line', 'change-points', 'duplicate-line', 'delay-line'] as const;
export type Mischief = (typeof MISCHIEF)[number];

export const RECONCILIATIONS = '/v1/support/reconciliations';
export const RESYNCS = '/v1/support/resyncs';

/** The date that is open at a simulated supplier. */
export async function openDate({ sandbox }: Place, scheme: SchemeId): Promise<string> {
  const played = await sandbox.get<{ id: string; businessDate: string }[]>('schemes');
  const date = played.find(({ id }) => id === scheme)?.businessDate;
  if (date === undefined) throw new Error(`the sandbox does not play ${scheme}`);
  return date;
}

/** Closes the open date of a simulated supplier, and says which that was. */
export async function closeDay({ sandbox }: Place, scheme: SchemeId): Promise<string> {
  return (await sandbox.post<{ businessDate: string }>(`${scheme}/close-day`)).businessDate;
}

/** Has a supplier's account of a day differ from its books, and says under which reference. */
export async function plant(
  { sandbox }: Place,
  scheme: SchemeId,
  kind: Mischief,
  businessDate: string,
): Promise<string> {
  const body = { kind, count: 1, businessDate };
  const [reference] = (await sandbox.post<{ references: string[] }>(`${scheme}/mischief`, body)).references;
  if (reference === undefined) throw new Error(`no ${kind} was planted`);
  return reference;
}

/** The run of an answer that carries one. */
export function runIn(answer: Answered): Reconciliation {
  expect(answer.json['code']).toBeUndefined();
  return answer.json as unknown as Reconciliation;
}

export async function runOf(door: Place, id: string, ask: Ask): Promise<Reconciliation> {
  return runIn(await door.ask('GET', `${RECONCILIATIONS}/${id}`, ask));
}

/** Asks for a day, waits until its run rests and gives that, or the one that has taken its place. */
export async function reconciled(
  door: Place,
  scheme: SchemeId,
  businessDate: string,
  ask: Ask,
): Promise<Reconciliation> {
  const asked = await door.ask('POST', RECONCILIATIONS, { ...ask, body: { scheme, businessDate } });
  expect([asked.status, asked.headers.get('location')]).toEqual([202, `${RECONCILIATIONS}/${runIn(asked).id}`]);
  return atRest(door, runIn(asked).id, ask);
}

/**
 * Waits until a run rests, and whatever has taken its place. A settlement that is drawn in a form that cannot be believed is asked for
 * again every few seconds, so that one which can be judged may be long in coming.
 */
export async function atRest(door: Place, id: string, ask: Ask): Promise<Reconciliation> {
  const run = await eventually(
    () => runOf(door, id, ask),
    ({ state }) => ['completed', 'quarantined', 'failed'].includes(state),
    { withinMs: 60_000 },
  );
  return run.supersededBy === null ? run : atRest(door, run.supersededBy, ask);
}

/** The breaks of a run, as its asker sees them. */
export async function breaksOf(door: Place, id: string, ask: Ask, query = ''): Promise<Break[]> {
  const answer = await door.ask('GET', `${RECONCILIATIONS}/${id}/breaks${query}`, ask);
  expect([answer.status, answer.json['code']]).toEqual([200, undefined]);
  return answer.json['items'] as Break[];
}

/** Does something about a break. */
export async function actOn(door: Place, id: string, body: object, ask: Ask): Promise<Answered> {
  return door.ask('POST', `/v1/support/breaks/${id}/actions`, { ...ask, body });
}

/** Looks again, waits until that has come to an end, and gives it with its items. */
export async function resynced(door: Place, body: object, ask: Ask): Promise<{ resync: Resync; items: ResyncItem[] }> {
  const asked = await door.ask('POST', RESYNCS, { ...ask, body: { reason: 'to be sure', ...body } });
  expect([asked.status, asked.json['code']]).toEqual([202, undefined]);
  return lookedAt(door, asked.headers.get('location') ?? '', ask);
}

/** A resync at its address once it has come to an end, with its items. */
export async function lookedAt(
  door: Place,
  location: string,
  ask: Ask,
): Promise<{ resync: Resync; items: ResyncItem[] }> {
  const read = async (): Promise<Resync> => (await door.ask('GET', location, ask)).json as unknown as Resync;
  const resync = await eventually(read, ({ state }) => state === 'completed' || state === 'failed');
  const { items } = (await door.ask('GET', `${location}/items?limit=200`, ask)).json;
  return { resync, items: items as ResyncItem[] };
}

/** An accrual whose outcome is unknown after `fault`, and which nobody looks up by itself for an hour. */
export async function lost(door: Place & Pick<Door, 'sql'>, link: Link, fault: string): Promise<Operation> {
  await door.sandbox.put(`${link.scheme}/faults`, { seed: 1, rates: { [fault]: 1 } });
  try {
    const { id } = operationIn(await accrue(door, link));
    const later = `UPDATE operation SET next_action_at = now() + interval '1 hour' WHERE id = $1 AND state = 'unknown' RETURNING id`;
    await eventually(
      () => door.sql(later, [fromTypeId('op', id)]),
      (rows) => rows.length === 1,
    );
    return await operationOf(door, id);
  } finally {
    await door.sandbox.delete(`${link.scheme}/faults`);
  }
}

/** What the files of two closed days, or their absence, make of an operation whose outcome is open. */
export async function parked(
  { sql }: Pick<Door, 'sql'>,
  { id }: Operation,
  reviewReason: string,
  evidence: object | null,
): Promise<void> {
  await sql(
    `WITH moved AS (UPDATE operation SET state = 'needs-review', review_reason = $2, evidence = $3, version = version + 1,
         unknown_since = NULL, next_action_at = now() + interval '1 day' WHERE id = $1 AND state = 'unknown' RETURNING *)
     INSERT INTO event (tenant_id, subject_kind, subject_id, sequence, link_id, type, from_state, to_state, at)
     SELECT tenant_id, 'operation', id, version, link_id, 'operation.needs-review', 'unknown', state, now() FROM moved`,
    [fromTypeId('op', id), reviewReason, evidence],
  );
}
