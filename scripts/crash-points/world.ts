import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { components } from '../../contracts/generated/gateway.js';
import { openBackend, type QueueBackend } from '../../src/queue/backend.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { type Answered, type Client, createClient } from './client.js';
import { patience } from './patience.js';
import type { Place } from './place.js';

export type Operation = components['schemas']['Operation'];

/** A member as the sandbox made it; `form` goes unchanged into a link request. */
export interface Member {
  readonly memberNumber: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly balance: number;
  readonly form: Record<string, string>;
}

/** What all kinds of work share: the doors, the suppliers, and what was promised so far. */
export interface World {
  readonly platform: Client;
  readonly support: Client;
  readonly admin: Client;
  readonly owner: pg.Pool;
  readonly nights: QueueBackend;
  /** Ids of the operations that were answered, and with that promised. */
  readonly promised: Set<string>;
  readonly place: Place;
  /** A number that was not given before. */
  next(): number;
  /** Does something the first time that it is asked for under this name, and answers what came of it ever after. */
  once<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** A call to the sandbox's `/_control`. */
  control<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Fresh members of a scheme with points to spend. */
  members(scheme: string, count: number): Promise<readonly Member[]>;
  /** A linked member of the scheme, one of several in turn. */
  linkOf(scheme: string): string;
  /** The operation of an answer, from now on promised. Throws when the answer has none. */
  promise(answer: Answered<unknown>): Operation;
  /** Reads an operation until it stands at one of these. */
  until(id: string, states: readonly Operation['state'][]): Promise<Operation>;
  close(): Promise<void>;
}

const LINKS = 4;
/** The railway opens redemption at 10,000 points. */
const POINTS_AT_LEAST = 15_000;
const LOOK_EVERY_MS = 100;

/** Opens the doors and links some members of each scheme. */
export async function openWorld(place: Place, schemes: readonly string[], queueUrl: string): Promise<World> {
  const { processes } = place;
  const { baseUrl, sandboxUrl, ownerUrl } = processes;
  const platform = createClient(baseUrl, processes.platformKey, place.deaths);
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 4 }).on('error', () => undefined);
  const nights = openBackend(
    queueUrl.startsWith('redis') ? { kind: 'redis', urls: [queueUrl] } : { kind: 'postgres', url: queueUrl },
  );
  const links = new Map<string, readonly string[]>();
  const promised = new Set<string>();
  const done = new Map<string, Promise<unknown>>();
  let given = 0;

  const world: World = {
    platform,
    support: createClient(baseUrl, processes.supportKey, place.deaths),
    admin: createClient(baseUrl, processes.adminKey, place.deaths),
    owner,
    nights,
    promised,
    place,
    next: () => (given += 1),
    once: <T>(name: string, work: () => Promise<T>) => {
      const result = done.get(name) ?? work();
      done.set(name, result);
      return result as Promise<T>;
    },
    control: (method, path, body) => control(`${sandboxUrl}/_control/${path}`, method, body),
    members: async (scheme, count) => {
      const made: Member[] = [];
      while (made.length < count) {
        const some = await world.control<Member[]>('POST', `${scheme}/members`, { count: 10 });
        made.push(...some.filter(({ balance }) => balance >= POINTS_AT_LEAST));
      }
      return made.slice(0, count);
    },
    linkOf: (scheme) => {
      const some = links.get(scheme) ?? [];
      return some[world.next() % some.length] ?? '';
    },
    promise: ({ status, body }) => {
      const { id, state } = body as Partial<Operation>;
      const uuid = fromTypeId('op', id ?? '');
      if (status >= 300 || uuid === null || state === undefined)
        throw new Error(`refused: ${status} ${JSON.stringify(body)}`);
      promised.add(uuid);
      return body as Operation;
    },
    until: async (id, states) => {
      const waiting = patience(place.deaths);
      for (;;) {
        const operation = await platform.get<Operation>(`/v1/operations/${id}`);
        if (states.includes(operation.state)) return operation;
        if (waiting.isOver()) throw new Error(`${id} stayed ${operation.state}`);
        await pause(LOOK_EVERY_MS);
      }
    },
    close: async () => {
      await owner.end();
      nights.close();
    },
  };
  for (const scheme of schemes) {
    const members = await world.members(scheme, LINKS);
    links.set(scheme, await Promise.all(members.map((member) => linkOne(world, scheme, member))));
  }
  return world;
}

/** A link request that the supplier verifies. */
export function linkRequest(scheme: string, { memberNumber, familyName, givenName, form }: Member) {
  const consent = { basis: 'contract', grantedAt: '2026-01-01T00:00:00Z' };
  const travellerRef = `traveller-${memberNumber}`;
  return { scheme, memberNumber, holder: { familyName, givenName }, form, travellerRef, consent };
}

async function linkOne({ platform }: World, scheme: string, member: Member): Promise<string> {
  const body = linkRequest(scheme, member);
  const { status, body: link } = await platform.post<{ id: string }>('/v1/links', body, `link-${member.memberNumber}`);
  if (status !== 201) throw new Error(`link at ${scheme}: ${status} ${JSON.stringify(link)}`);
  return link.id;
}

async function control<T>(url: string, method: string, body: unknown): Promise<T> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
