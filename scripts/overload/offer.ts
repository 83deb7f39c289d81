import { setTimeout as pause } from 'node:timers/promises';
import { activityFor } from '../../test/support/travellers.js';
import type { Place } from '../soak/place.js';
import type { Traveller } from '../soak/travellers.js';

/** What a platform was answered when it came with an accrual. */
export interface Offered {
  readonly scheme: string;
  readonly status: number;
  readonly ms: number;
  readonly retryAfter: string | null;
  /** By the clock, in Unix milliseconds. */
  readonly at: number;
}

/** Comes with so many accruals a second to one scheme for so long, whatever is answered; nothing is sent again. */
export interface Offer {
  (travellers: readonly Traveller[], perSecond: number, seconds: number): Promise<Offered[]>;
}

/** `next` gives a trip that no other has. */
export function offerAt(place: Place, next: () => number): Offer {
  const keys = new Map(place.tenants.map(({ name, platformKey }) => [name, platformKey]));
  return async (travellers, perSecond, seconds) => {
    const answers: Promise<Offered>[] = [];
    const from = performance.now();
    for (let index = 0; index < perSecond * seconds; index += 1) {
      const early = from + (index / perSecond) * 1_000 - performance.now();
      if (early > 1) await pause(early);
      const traveller = travellers[index % travellers.length];
      if (traveller === undefined) throw new Error('nobody travels');
      answers.push(one(place.baseUrl, keys.get(traveller.tenant) ?? '', traveller, next()));
    }
    return Promise.all(answers);
  };
}

async function one(baseUrl: string, key: string, { scheme, linkId }: Traveller, trip: number): Promise<Offered> {
  const at = Date.now();
  const from = performance.now();
  const answer = await fetch(`${baseUrl}/v1/accruals`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': `overload-${trip}`,
    },
    body: JSON.stringify({ linkId, activity: activityFor(scheme.id, trip), points: 10 }),
  });
  await answer.arrayBuffer();
  return {
    scheme: scheme.id,
    status: answer.status,
    ms: performance.now() - from,
    retryAfter: answer.headers.get('retry-after'),
    at,
  };
}
