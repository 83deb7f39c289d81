import { randomUUID } from 'node:crypto';
import type { components } from '../../contracts/generated/gateway.js';
import type { Instance } from './instance.js';

export type Operation = components['schemas']['Operation'];
export type Link = components['schemas']['Link'];

/** A member as the sandbox made it; `form` goes unchanged into a link request. */
export interface Member {
  readonly memberNumber: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly balance: number;
  readonly form: Record<string, string>;
}

export interface Books {
  readonly postings: readonly { readonly reference: string; readonly points: number }[];
  readonly totals: { readonly count: number; readonly points: number };
}

/** The platform's calls and the sandbox's control calls, as anybody's script would make them. */
export interface Client {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<T>;
  /** A call to `/_control`. */
  control<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export function createClient({ baseUrl, sandboxUrl, platformKey }: Instance['credentials']): Client {
  const authorization = `Bearer ${platformKey}`;
  return {
    get: (path) => call('GET', `${baseUrl}${path}`, { authorization }),
    post: (path, body, headers) => {
      const own = { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers };
      return call('POST', `${baseUrl}${path}`, own, body);
    },
    control: (method, path, body) =>
      call(method, `${sandboxUrl}/_control/${path}`, { 'content-type': 'application/json' }, body),
  };
}

async function call<T>(method: string, url: string, headers: Record<string, string>, body?: unknown): Promise<T> {
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
