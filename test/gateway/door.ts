import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { ownerPool } from '../support/database.js';
import type { Scope } from '../../src/core/access/caller.js';
import { seededTenantId } from '../../src/compose/seed.js';
import { hashApiKey, mintApiKey } from '../../src/privacy/api-key.js';
import { contractFaults, type Received } from '../http/contract-check.js';
import { inboundUrls } from '../support/inbound-door.js';
import { type Bench, openBench } from '../support/gateway.js';
import { type Control, controlOf } from './control.js';

/** All schemes of the bench; each plays another contract or posts at another time. */
export const SCHEMES = ['northwind-air', 'harbour-hotels', 'china-railway', 'phoenix-miles'] as const;
export type SchemeId = (typeof SCHEMES)[number];

/** What to ask; the first tenant's key unless another is given, `null` for none. */
export interface Ask {
  readonly key?: string | null;
  readonly body?: unknown;
  /** A POST has a fresh one unless it is given one; `null` sends none. */
  readonly idempotencyKey?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that the contract allows; `json` is empty where the body is no JSON document. */
export interface Answered extends Received {
  readonly json: Readonly<Record<string, unknown>>;
}

/** The gateway's real HTTP door over a bench: what a platform and its suppliers see, and the database behind it. */
export interface Door {
  readonly bench: Bench;
  readonly url: string;
  readonly sandbox: Control;
  /** Asks as a platform does, and fails the test when the contract does not allow the answer. */
  ask(method: string, path: string, ask?: Ask): Promise<Answered>;
  /** As the owner of the database, whom no tenant binds. */
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A further key of one of the demo tenants. */
  addKey(tenant: 'demo' | 'other', scopes: readonly Scope[], organisation?: string): Promise<string>;
  close(): Promise<void>;
}

export async function openDoor(options: Parameters<typeof openBench>[0] = {}): Promise<Door> {
  const bench = await openBench(options);
  const http = await inboundUrls(bench, SCHEMES);
  const owner = ownerPool(bench.ownerUrl);
  const sql: Door['sql'] = async <Row extends object>(text: string, values: readonly unknown[] = []) =>
    (await owner.query(text, [...values])).rows as Row[];
  return {
    bench,
    url: http.url,
    sandbox: controlOf(bench.sandbox.url),
    ask: asker(http.url, bench.keys.platformKey),
    sql,
    addKey: async (tenant, scopes, organisation) => {
      const { token, prefix } = mintApiKey('test');
      await sql(
        `INSERT INTO api_key (tenant_id, id, key_hash, prefix, scopes, organisation)
         VALUES ($1, gen_random_uuid(), $2, $3, $4, $5)`,
        [seededTenantId(tenant), hashApiKey(token), prefix, scopes, organisation ?? null],
      );
      return token;
    },
    close: async () => {
      await http.close();
      await owner.end();
      await bench.close();
    },
  };
}

/** `ask` of a door somewhere. */
export function asker(url: string, ownKey: string): Door['ask'] {
  return async (method, path, { key = ownKey, body, idempotencyKey, headers } = {}) => {
    const sent: Record<string, string> = {};
    if (key !== null) sent['authorization'] = `Bearer ${key}`;
    if (body !== undefined)
      sent['content-type'] = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
    if (method === 'POST' && idempotencyKey !== null) {
      sent['idempotency-key'] = idempotencyKey ?? randomBytes(12).toString('hex');
    }
    const response = await fetch(url + path, {
      method,
      headers: { ...sent, ...headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const received = { status: response.status, headers: new Map(response.headers), text: await response.text() };
    expect(contractFaults(method, path, received)).toEqual([]);
    const isJson = /^application\/(problem\+)?json$/.test(received.headers.get('content-type') ?? '');
    return { ...received, json: isJson ? (JSON.parse(received.text) as Answered['json']) : {} };
  };
}

/** A problem without what names the single request: what two callers are to be told alike. */
export function toldAlike({ status, headers, json }: Answered): unknown {
  return { status, type: headers.get('content-type'), ...json, requestId: 'the same but for this' };
}
