import { randomUUID } from 'node:crypto';
import type { components } from '../../contracts/generated/gateway.js';
import type { Instance } from './instance.js';

export type Operation = components['schemas']['Operation'];
export type Link = components['schemas']['Link'];
export type Quote = components['schemas']['Quote'];
export type Reconciliation = components['schemas']['Reconciliation'];
export type Break = components['schemas']['Break'];
export type Resync = components['schemas']['Resync'];

/** A member as the sandbox made it; `form` goes unchanged into a link request. */
export interface Member {
  readonly memberNumber: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly balance: number;
  readonly form: Record<string, string>;
}

/** A supplier's books, signed from the member. */
export interface Books {
  readonly postings: readonly { readonly reference: string; readonly points: number; readonly kind: string }[];
  readonly totals: { readonly count: number; readonly points: number };
}

/** Calls to the gateway with one key; every POST has an `Idempotency-Key` of its own. */
export interface Caller {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<T>;
}

/** The platform's calls, its support's, and the sandbox's control calls, as anybody's script would make them. */
export interface Client extends Caller {
  readonly support: Caller;
  /** A call to `/_control`. */
  control<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export function createClient({ baseUrl, sandboxUrl, platformKey, supportKey }: Instance['credentials']): Client {
  return {
    ...caller(baseUrl, platformKey),
    support: caller(baseUrl, supportKey),
    control: (method, path, body) =>
      call(method, `${sandboxUrl}/_control/${path}`, { 'content-type': 'application/json' }, body),
  };
}

function caller(baseUrl: string, key: string): Caller {
  const authorization = `Bearer ${key}`;
  return {
    get: (path) => call('GET', `${baseUrl}${path}`, { authorization }),
    post: (path, body, headers) => {
      const own = { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers };
      return call('POST', `${baseUrl}${path}`, own, body);
    },
  };
}

async function call<T>(method: string, url: string, headers: Record<string, string>, body?: unknown): Promise<T> {
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
