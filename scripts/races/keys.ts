import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Ground } from '../on-gateway.js';
import { activityFor } from '../../test/support/travellers.js';
import type { Traveller } from '../soak/travellers.js';

/** What many copies of the same requests came to. */
export interface KeyedOutcome {
  readonly requests: number;
  readonly operations: number;
  readonly wrong: readonly string[];
}

/** Sends each request so many times at once, by two tenants under the same key; one operation each, one answer for all. */
export async function raceKeys(
  { place, owner }: Ground,
  travellers: readonly Traveller[],
  size: { readonly keys: number; readonly copies: number },
  onProgress: (done: number) => void,
): Promise<KeyedOutcome> {
  const wrong: string[] = [];
  let requests = 0;
  const before = await operations(owner);
  for (let index = 0; index < size.keys; index += 1) {
    const asked = place.tenants.flatMap(({ name, platformKey }) => {
      const own = travellers.filter(({ tenant }) => tenant === name);
      const traveller = own[index % own.length];
      if (traveller === undefined) throw new Error('nobody travels');
      const body = {
        linkId: traveller.linkId,
        activity: activityFor(traveller.scheme.id, 5_000_000 + index),
        points: 10,
      };
      const copies = Math.ceil(size.copies / place.tenants.length);
      return Array.from({ length: copies }, () => untilAnswered(place.baseUrl, platformKey, `race-${index}`, body));
    });
    const answers = await Promise.all(asked);
    requests += answers.length;
    wrong.push(...contradictions(`race-${index}`, answers, place.tenants.length));
    onProgress(index + 1);
  }
  const made = (await operations(owner)) - before;
  const expected = size.keys * place.tenants.length;
  if (made !== expected) wrong.push(`${made} operations were made of ${expected} keys`);
  return { requests, operations: made, wrong };
}

interface Answer {
  readonly tenantKey: string;
  readonly status: number;
  readonly replayed: boolean;
  readonly body: string;
}

/** One first answer to a tenant and the same to every other copy. */
function contradictions(key: string, answers: readonly Answer[], tenants: number): string[] {
  const keysOfTenants = [...new Set(answers.map(({ tenantKey }) => tenantKey))];
  const wrong: string[] =
    keysOfTenants.length === tenants ? [] : [`${key}: answers for ${keysOfTenants.length} tenants`];
  for (const one of keysOfTenants) {
    const own = answers.filter(({ tenantKey }) => tenantKey === one);
    const bodies = new Set(own.map(({ body }) => body));
    const firsts = own.filter(({ replayed }) => !replayed).length;
    const refused = own.filter(({ status }) => status !== 202).map(({ status, body }) => `${status} ${body}`);
    if (bodies.size !== 1) wrong.push(`${key}: ${bodies.size} different answers`);
    if (firsts !== 1) wrong.push(`${key}: ${firsts} answers that are no replay`);
    if (refused.length > 0) wrong.push(`${key}: ${refused[0] ?? ''}`);
  }
  return wrong;
}

const AGAIN_AFTER_MS = 50;

/** While the first of the copies is under way the others are told to come again. */
async function untilAnswered(baseUrl: string, tenantKey: string, key: string, body: unknown): Promise<Answer> {
  for (;;) {
    const answer = await fetch(`${baseUrl}/v1/accruals`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenantKey}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    const inProgress = answer.status === 409 && text.includes('IDEMPOTENCY_IN_PROGRESS');
    if (!inProgress) {
      const replayed = answer.headers.get('idempotency-replayed') === 'true';
      return { tenantKey, status: answer.status, replayed, body: text };
    }
    if (answer.headers.get('retry-after') === null)
      throw new Error('a request in progress was answered without Retry-After');
    await pause(AGAIN_AFTER_MS);
  }
}

async function operations(owner: pg.Pool): Promise<number> {
  const found = await owner.query<{ count: number }>('SELECT count(*)::int AS count FROM operation');
  return found.rows[0]?.count ?? Number.NaN;
}
