import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { seededConnectionId } from '../../src/compose/seed.js';
import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { toTypeId } from '../../src/spec/typeid.js';
import type { Answered, Client } from './client.js';
import { patience } from './patience.js';
import { reconcileToday } from './work-days.js';
import { accepted, accrue, type Work } from './work-operations.js';
import type { Operation, World } from './world.js';

const REASON = 'a traveller asks';
const DESK = '/v1/support/operations';

/** What acts of support answer. */
interface Acted {
  readonly operation: Operation;
  readonly approval: { readonly id: string } | null;
  readonly reversalId: string | null;
}

async function done<T>(asked: Promise<Answered<T>>): Promise<T> {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`an act was refused: ${status} ${JSON.stringify(body)}`);
  return body;
}

function act(world: World, id: string, action: string): Promise<Acted> {
  const body = { action, reason: REASON };
  return done(world.support.post<Acted>(`${DESK}/${id}/actions`, body, `act-${world.next()}`));
}

/** The second person's word, which is the operator's. */
async function approve(world: World, approval: { readonly id: string } | null): Promise<void> {
  if (approval === null) throw new Error('nobody asked for a second person');
  const body = { decision: 'approve', reason: REASON };
  const path = `/v1/support/approvals/${approval.id}`;
  const { state } = await done(world.admin.post<{ state: string }>(path, body, `decide-${world.next()}`));
  if (state !== 'approved') throw new Error(`an approval ended ${state}`);
}

const DAY_MS = 86_400_000;

function waiting(world: World, scheme: string): Promise<Operation> {
  return accepted(world, scheme, { notBefore: new Date(Date.now() + DAY_MS).toISOString() });
}

/** More than a number can hold: nobody can read the row. It has failed twice already, so that the next time sets it aside. */
const POISON = `
  WITH spoilt AS (
    UPDATE operation SET points = 9007199254740993, lapses = 2, next_action_at = clock_timestamp()
    WHERE reference = $1 AND state = 'scheduled' RETURNING tenant_id, connection_id, id
  )
  INSERT INTO outbox (tenant_id, lane, connection_id, operation_id, due_at)
  SELECT tenant_id, 'live', connection_id, id, clock_timestamp() FROM spoilt`;

/** An accrual that failed by itself until it was set aside, and whose fault was mended since. */
async function setAside(world: World, scheme: string): Promise<Operation> {
  const operation = await waiting(world, scheme);
  const { points, reference } = operation;
  await world.owner.query(POISON, [reference]);
  const waited = patience(world.place.deaths);
  for (;;) {
    const mended = await world.owner.query(
      `UPDATE operation SET points = $2 WHERE reference = $1 AND state = 'needs-review'`,
      [reference, points],
    );
    if (mended.rowCount === 1) return operation;
    if (waited.isOver()) throw new Error(`${reference} was never set aside`);
    await pause(100);
  }
}

export const sendAgain =
  (scheme: string): Work =>
  async (world) => {
    const { id } = await setAside(world, scheme);
    const { approval } = await act(world, id, 'resend');
    await approve(world, approval);
    await world.until(id, ['posted']);
  };

interface Requeue {
  readonly id: string;
  readonly approval: { readonly id: string } | null;
}

/** Two of them, shown first. */
export const sendManyAgain =
  (scheme: string): Work =>
  async (world) => {
    const both = await Promise.all([setAside(world, scheme), setAside(world, scheme)]);
    const scope = { operationIds: both.map(({ id }) => id) };
    const ask = (more: object): Promise<Requeue> => {
      const body = { scope, action: 'resend', reason: REASON, ...more };
      return done(world.support.post<Requeue>('/v1/support/requeues', body, `requeue-${world.next()}`));
    };
    const { id: previewId } = await ask({ dryRun: true });
    const { approval } = await ask({ dryRun: false, previewId });
    await approve(world, approval);
    for (const { id } of both) await world.until(id, ['posted']);
  };

export const cancel =
  (scheme: string): Work =>
  async (world) => {
    const { id } = await waiting(world, scheme);
    await act(world, id, 'cancel');
    await world.until(id, ['cancelled']);
  };

export const takeBack =
  (scheme: string): Work =>
  async (world) => {
    const { id } = await accepted(world, scheme);
    await world.until(id, ['posted']);
    const { reversalId } = await act(world, id, 'reverse');
    const reversal = await world.platform.get<Operation>(`/v1/operations/${String(reversalId)}`);
    await world.until(world.promise({ status: 202, body: reversal }).id, ['posted']);
  };

/** A posting that the supplier's file tells a day late, given to somebody over and over; the next day's file resolves it. */
export const assignBreak =
  (scheme: string): Work =>
  async (world) => {
    const id = await world.once(`break ${scheme}`, async () => {
      await accrue(scheme)(world);
      const played = await world.control<{ id: string; businessDate: string }[]>('GET', 'schemes');
      const businessDate = played.find((one) => one.id === scheme)?.businessDate;
      await world.control('POST', `${scheme}/mischief`, { kind: 'delay-line', count: 1, businessDate });
      const run = await reconcileToday(world, scheme);
      const path = `/v1/support/reconciliations/${run}/breaks`;
      const { items } = await world.support.get<{ items: { id: string }[] }>(path);
      if (items[0] === undefined) throw new Error('the day has no break');
      return items[0].id;
    });
    const body = { action: 'assign', reason: REASON, owner: `ops-${world.next()}` };
    await done(world.support.post(`/v1/support/breaks/${id}/actions`, body, `assign-${world.next()}`));
  };

/** A new tenant's own connection, which there can be one of. */
export const connect =
  (scheme: string): Work =>
  async (world) => {
    const { owner, admin } = world;
    const tenant = randomUUID();
    await owner.query('INSERT INTO tenant (id, name) VALUES ($1, $2)', [tenant, `tenant-${world.next()}`]);
    const shared = await owner.query<{ settings: object }>('SELECT settings FROM connection WHERE id = $1', [
      seededConnectionId(scheme),
    ]);
    const { secrets } = loadSchemes(fromRoot('schemes')).find(({ id }) => id === scheme)?.sandbox ?? {};
    const settings = shared.rows[0]?.settings;
    const body = { scheme, tenantId: toTypeId('ten', tenant), settings, secrets, timing: 'fast', reason: REASON };
    await done(createConnection(admin, world, body));
    const { status } = await createConnection(admin, world, body);
    if (status !== 409) throw new Error(`a second connection was answered ${status}`);
  };

function createConnection(admin: Client, world: World, body: object): Promise<Answered<unknown>> {
  return admin.post('/v1/admin/connections', body, `connect-${world.next()}`);
}

/** Out of service and back, with an accrual that waits meanwhile. */
export const pauseScheme =
  (scheme: string): Work =>
  async (world) => {
    const actOn = (action: 'pause' | 'resume'): Promise<unknown> => {
      const key = `${action}-${world.next()}`;
      return done(world.admin.post(`/v1/support/schemes/${scheme}/actions`, { action, reason: REASON }, key));
    };
    await actOn('pause');
    const { id } = await accepted(world, scheme);
    await actOn('resume');
    await world.until(id, ['posted']);
  };
