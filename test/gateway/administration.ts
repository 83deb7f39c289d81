import { expect } from '@jest/globals';
import type { components } from '../../contracts/generated/gateway.js';
import { seededTenantId } from '../../src/compose/seed.js';
import { toTypeId } from '../../src/spec/typeid.js';
import type { Answered, Ask, Door } from './door.js';

export type Connection = components['schemas']['Connection'];
export type SchemeStanding = components['schemas']['SchemeStanding'];

export const CONNECTIONS = '/v1/admin/connections';
/** What the simulated airline takes. */
export const GOOD = { username: 'interline', password: 'sandbox-northwind-air-password' };
export const WRONG = { username: 'interline', password: 'not-the-password' };

export function tenantIdOf(tenant: 'demo' | 'other'): string {
  return toTypeId('ten', seededTenantId(tenant));
}

/** A connection to the simulated airline, as the body that makes it. */
export function airlineBody(door: Pick<Door, 'bench'>, tenant: 'demo' | 'other', secrets: object = GOOD) {
  const settings = { baseUrl: `${door.bench.sandbox.url}/northwind-air`, partner: 'interline-sandbox' };
  return { scheme: 'northwind-air', tenantId: tenantIdOf(tenant), settings, secrets, timing: 'fast', reason: 'a test' };
}

/** Asks as the operator. */
export function asAdmin(door: Door): Door['ask'] {
  return (method, path, ask) => door.ask(method, path, { key: door.bench.keys.adminKey, ...ask });
}

export async function connected(door: Door, body: object): Promise<Connection> {
  const made = await asAdmin(door)('POST', CONNECTIONS, { body });
  expect([made.status, made.json['code']]).toEqual([201, undefined]);
  return made.json as unknown as Connection;
}

export async function standingOf(door: Door, scheme: string, ask: Ask = {}): Promise<SchemeStanding> {
  const { status, json } = await door.ask('GET', `/v1/support/schemes/${scheme}`, ask);
  expect([status, json['code']]).toEqual([200, undefined]);
  return json as unknown as SchemeStanding;
}

/** Pauses or resumes what the asker's tenant uses at a scheme. */
export async function act(door: Door, scheme: string, action: 'pause' | 'resume', ask: Ask = {}): Promise<Answered> {
  const body = { action, reason: `${action}d by a test` };
  return door.ask('POST', `/v1/support/schemes/${scheme}/actions`, { body, ...ask });
}
