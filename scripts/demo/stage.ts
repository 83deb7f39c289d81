import { setTimeout as pause } from 'node:timers/promises';
import type { Books, Client, Link, Member, Operation } from './client.js';
import { type Scene, SCENES } from './scenes.js';

/** One line of what happened. */
export interface Step {
  readonly what: string;
  readonly scheme: string;
  readonly outcome: string;
  readonly ms: number;
}

/** What the acts of the story share. */
export interface Stage {
  readonly client: Client;
  /** Does one thing and tells what came of it. */
  readonly step: (what: string, scene: Scene, act: () => Promise<string>) => Promise<void>;
  /** The link of the story's traveller at a scheme. */
  readonly linkOf: (scene: Scene) => string;
  /** Posts a trip and waits for it to come to rest for as long as `wait` says, in seconds. */
  readonly accrue: (scene: Scene, index: number, wait: number) => Promise<Operation>;
}

/** Links one traveller's members at every scheme; `tell` hears each step when it is over. */
export async function setStage(client: Client, tell: (step: Step) => void): Promise<Stage> {
  const step: Stage['step'] = async (what, { scheme }, act) => {
    const from = performance.now();
    const outcome = await act();
    tell({ what, scheme, outcome, ms: Math.round(performance.now() - from) });
  };
  const links = new Map<string, string>();
  for (const scene of SCENES) {
    await step('link a member', scene, async () => {
      const link = await linkMember(client, scene);
      links.set(scene.scheme, link.id);
      return `${link.state}, number shown as ${link.memberNumber}`;
    });
  }
  const linkOf = (scene: Scene): string => links.get(scene.scheme) ?? '';
  return {
    client,
    step,
    linkOf,
    accrue: (scene, index, wait) => {
      const { points, trip } = scene;
      const body = { linkId: linkOf(scene), activity: trip(index), ...(points === undefined ? {} : { points }) };
      return client.post<Operation>('/v1/accruals', body, waiting(wait));
    },
  };
}

async function linkMember(client: Client, { scheme }: Scene): Promise<Link> {
  const [member] = await client.control<Member[]>('POST', `${scheme}/members`, { count: 1 });
  if (member === undefined) throw new Error(`the sandbox made no member at ${scheme}`);
  const { memberNumber, familyName, givenName, form } = member;
  return client.post<Link>('/v1/links', {
    scheme,
    memberNumber,
    holder: { familyName, givenName },
    form,
    travellerRef: 'traveller-1',
    consent: { basis: 'contract', grantedAt: new Date().toISOString() },
  });
}

/** The header that holds an answer until its operation rests, for so many seconds; none for 0. */
export function waiting(seconds: number): Record<string, string> {
  return seconds > 0 ? { prefer: `wait=${seconds}` } : {};
}

const GIVE_UP_AFTER_MS = 50_000;

/** Reads again and again until what is read has left these states. Throws when that takes too long. */
export async function leaving<T extends { readonly id: string; readonly state: string }>(
  states: readonly T['state'][],
  read: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    const now = await read();
    if (!states.includes(now.state)) return now;
    if (performance.now() > until) throw new Error(`${now.id} stayed ${now.state}`);
    await pause(50);
  }
}

/** Waits for an operation to leave these states. */
export function settledBeyond(client: Client, id: string, states: readonly Operation['state'][]): Promise<Operation> {
  return leaving(states, () => client.get<Operation>(`/v1/operations/${id}`));
}

/** How many rows the supplier has under a reference. */
export async function rowsOf(client: Client, scheme: string, reference: string): Promise<string> {
  const books = await client.control<Books>('GET', `${scheme}/books`);
  const { length } = books.postings.filter((posting) => posting.reference === reference);
  return `${length} ${length === 1 ? 'row' : 'rows'} at the supplier`;
}

/** Has the scheme lose answers while `act` runs: before it commits anything, or after. */
export async function losing<T>(
  client: Client,
  { scheme }: Scene,
  fault: 'commitThenDrop' | 'dropBeforeCommit',
  act: () => Promise<T>,
): Promise<T> {
  await client.control('PUT', `${scheme}/faults`, { seed: 1, rates: { [fault]: 1 } });
  try {
    return await act();
  } finally {
    await client.control('DELETE', `${scheme}/faults`);
  }
}
