import { expect } from '@jest/globals';
import { seededTenantId } from '../../src/compose/seed.js';
import { fromTypeId, toTypeId } from '../../src/spec/typeid.js';
import { rewardFor } from '../support/travellers.js';
import { type Ask, type Door, openDoor } from './door.js';
import { giveConnection } from './own-connection.js';
import { accrue, type Link, linked, memberOf, type Operation, operationIn } from './requests.js';
import { breaksOf, closeDay, openDate, reconciled, resynced } from './support-desk.js';
import type { Names } from './tenancy-matrix.js';

/** What one tenant has, by name; `link` is at the railway. */
interface Belongings {
  readonly key: string;
  readonly link: Link;
  readonly names: Names;
}

/** Two tenants who have everything that can be had. */
export interface TwoTenants {
  readonly door: Door;
  readonly ours: Belongings;
  readonly theirs: Belongings;
  /** Well-formed names of nothing. */
  readonly nothing: Names;
  /** Of a connection that both use. */
  readonly sharedRun: string;
}

interface Travel {
  readonly key: string;
  readonly link: Link;
  readonly memberNumber: string;
  readonly accrual: Operation;
}

export async function openTwoTenants(): Promise<TwoTenants> {
  const door = await openDoor();
  for (const tenant of ['demo', 'other'] as const) await giveConnection(door, tenant, 'phoenix-miles');
  const travels = [
    await travel(door, door.bench.keys.platformKey, 'ours'),
    await travel(door, door.bench.keys.otherPlatformKey, 'their-traveller'),
  ] as const;
  const sharedRun = await disputedDay(door);
  return {
    door,
    ours: await belongings(door, sharedRun, travels[0]),
    theirs: await belongings(door, sharedRun, travels[1]),
    nothing: await namesOfNothing(door),
    sharedRun,
  };
}

async function namesOfNothing(door: Door): Promise<Names> {
  const none = (prefix: string): string => `${prefix}_${'0'.repeat(26)}`;
  const { memberNumber } = await memberOf(door, 'china-railway');
  return {
    ...{ link: none('lnk'), traveller: 'nobody', memberNumber, accrual: none('op'), reference: '0'.repeat(20) },
    ...{ quote: none('qte'), redemption: none('op'), run: none('rcn'), break: none('brk'), resync: none('rsy') },
    ...{ approval: none('apr'), requeue: none('rqu'), connection: none('con') },
  };
}

/** The connection of its own that the tenant of an operation has. */
async function connectionOf(door: Door, operation: string): Promise<string> {
  const [own] = await door.sql<{ id: string }>(
    'SELECT c.id FROM connection c JOIN operation o USING (tenant_id) WHERE o.id = $1',
    [fromTypeId('op', operation)],
  );
  return toTypeId('con', own?.id ?? '');
}

/** A link at the railway with an accrual. */
async function travel(door: Door, key: string, travellerRef: string): Promise<Travel> {
  const { link, member } = await linked(door, 'china-railway', travellerRef, { key });
  const posted = operationIn(await accrue(door, link, {}, { key, headers: { prefer: 'wait=20' } }));
  expect(posted.state).toBe('posted');
  return { key, link, memberNumber: member.memberNumber, accrual: posted };
}

/** A closed day of the shared railway without either tenant's accrual: a break for each. */
async function disputedDay(door: Door): Promise<string> {
  const businessDate = await openDate(door, 'china-railway');
  await door.sandbox.post('china-railway/mischief', { kind: 'drop-line', count: 2, businessDate });
  await closeDay(door, 'china-railway');
  return (await reconciled(door, 'china-railway', businessDate, {})).id;
}

async function belongings(door: Door, sharedRun: string, travelled: Travel): Promise<Belongings> {
  const { key, link, memberNumber, accrual } = travelled;
  const ask = { key };
  const { link: flyer } = await linked(door, 'northwind-air', link.travellerRef, { key });
  const waiting = { key, headers: { prefer: 'wait=20' } };
  await accrue(door, flyer, {}, waiting);
  const quote = { linkId: flyer.id, reward: rewardFor('northwind-air'), points: 100 };
  const quoted = async () => String((await door.ask('POST', '/v1/quotes', { ...ask, body: quote })).json['id']);
  const redeemed = await door.ask('POST', '/v1/redemptions', { ...waiting, body: { quoteId: await quoted() } });
  expect(redeemed.json['state']).toBe('held');
  const yesterday = new Date(Date.parse(await openDate(door, 'phoenix-miles')) - 86_400_000).toISOString().slice(0, 10);
  const run = await reconciled(door, 'phoenix-miles', yesterday, ask);
  expect([run.state, run.provisional]).toEqual(['completed', false]);
  const [disputed, ...more] = await breaksOf(door, sharedRun, ask);
  expect([disputed?.operationId, more]).toEqual([accrual.id, []]);
  const { resync } = await resynced(door, { scope: { operationIds: [accrual.id] }, dryRun: true }, ask);
  const names = {
    ...{ link: link.id, traveller: link.travellerRef, memberNumber, accrual: accrual.id, reference: accrual.reference },
    ...{ quote: await quoted(), redemption: operationIn(redeemed).id },
    ...{ run: run.id, break: disputed?.id ?? '', resync: resync.id },
    ...{ approval: await approvalOf(door, accrual.id), requeue: await previewOf(door, accrual.id, ask) },
    connection: await connectionOf(door, accrual.id),
  };
  return { key, link, names };
}

/** An act that somebody of the operation's tenant has asked for. */
async function approvalOf(door: Door, operation: string): Promise<string> {
  const [made] = await door.sql<{ id: string }>(
    `INSERT INTO approval (tenant_id, id, act, act_key, operation_id, stood, reason, requested_by, expires_at)
     SELECT tenant_id, rising_uuid(), 'resend', sha256(id::text::bytea), id, '', 'r', gen_random_uuid(), now() + interval '1 day'
     FROM operation WHERE id = $1 RETURNING id`,
    [fromTypeId('op', operation)],
  );
  return toTypeId('apr', made?.id ?? '');
}

async function previewOf(door: Door, operation: string, asked: Ask): Promise<string> {
  const body = { scope: { operationIds: [operation] }, action: 'look-up', dryRun: true, reason: 'to be sure' };
  return String((await door.ask('POST', '/v1/support/requeues', { ...asked, body })).json['id']);
}

/** Everything of the other tenant's that an act of ours could change. */
export async function theirRows(door: Door): Promise<object[]> {
  const columns = {
    operation: 'id, state, version',
    recon_run: 'id, state, version',
    break: 'id, state, owner, updated_at',
    recon_sign_off: 'run_id',
    resync: 'id, state',
    approval: 'id, state',
    requeue: 'id, state',
    audit: 'id',
    connection: 'id, state, version',
    link: 'id, state',
    reservation: 'operation_id, points, outcome',
  };
  const tables = Object.entries(columns).map(([table, which]) =>
    door.sql(`SELECT ${which} FROM ${table} WHERE tenant_id = $1 ORDER BY 1`, [seededTenantId('other')]),
  );
  return (await Promise.all(tables)).flat();
}
