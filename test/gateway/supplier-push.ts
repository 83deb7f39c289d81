import { createHash, createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { toTypeId } from '../../src/spec/typeid.js';
import { contractFaults } from '../http/contract-check.js';
import { inboundPath } from '../support/gateway.js';
import type { Answered, Door, SchemeId } from './door.js';

/** How a push is sent; everything may be other than the contract says. */
interface Sending {
  /** The connection whose address is used; the scheme's own otherwise. */
  readonly to?: string;
  readonly key?: string;
  readonly at?: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent instead of what was signed. */
  readonly instead?: string;
}

/** A connection's public id. */
export function connectionOf(scheme: SchemeId): string {
  return toTypeId('con', inboundPath(scheme));
}

/** Pushes as the supplier of a scheme would, signed by the letter of its contract and not by any code of ours. */
export async function push(
  door: Pick<Door, 'url'>,
  scheme: SchemeId,
  event: unknown,
  sending: Sending = {},
): Promise<Answered> {
  const path = `/v1/inbound/${sending.to ?? connectionOf(scheme)}`;
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const { partnerId, hmacKey } = credentialsOf(scheme);
  const timestamp = String(sending.at ?? Date.now());
  const nonce = randomUUID();
  const digest = createHash('sha256').update(body).digest('hex');
  const lines = ['POST', path, timestamp, nonce, digest].join('\n');
  const signature = createHmac('sha256', sending.key ?? hmacKey)
    .update(lines)
    .digest('base64');
  const signed = { 'x-partner-id': partnerId, 'x-timestamp': timestamp, 'x-nonce': nonce, 'x-signature': signature };
  const all: Sending['headers'] = { 'content-type': 'application/json', ...signed, ...sending.headers };
  const headers = Object.entries(all);
  const answer = await fetch(door.url + path, {
    method: 'POST',
    headers: headers.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
    body: sending.instead ?? body,
  });
  const received = { status: answer.status, headers: new Map(answer.headers), text: await answer.text() };
  const faults = contractFaults('POST', path, received);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return { ...received, json: JSON.parse(received.text) as Answered['json'] };
}

interface SchemeFile {
  readonly sandbox: {
    readonly settings: { readonly partnerId: string };
    readonly secrets: { readonly hmacKey: string };
  };
}

function credentialsOf(scheme: SchemeId): { partnerId: string; hmacKey: string } {
  const file = new URL(`../../schemes/${scheme}.yaml`, import.meta.url);
  const { settings, secrets } = (parse(readFileSync(file, 'utf8')) as SchemeFile).sandbox;
  return { partnerId: settings.partnerId, hmacKey: secrets.hmacKey };
}
